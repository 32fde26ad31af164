"""Mappings that are delivered: exports that people have, recognised by their headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from toride.customers.imports import headings


@dataclass(frozen=True, slots=True)
class Layout:
    """What an export is called, the headings that tell it, which becomes what. None: left out, and named.

    `company`: whom a row with a company and a person is about, "person" where the company is where they work; else it
    is asked.
    """

    name: str
    told_by: frozenset[str]
    targets: Mapping[str, str | None]
    company: str = ""


def _layout(name: str, told_by: str, targets: Mapping[str, str], *, company: str = "") -> Layout:
    made = {headings.key(word): target or None for target, words in targets.items() for word in words.split("|")}
    return Layout(name, frozenset(headings.key(word) for word in told_by.split("|")), made, company)


SHIPPED = (
    _layout(
        "Google Contacts", "First Name|Last Name|Phonetic Last Name|Labels",
        {"given": "First Name", "family": "Last Name", "family_kana": "Phonetic Last Name",
         "given_kana": "Phonetic First Name", "company": "Organization Name", "birth_date": "Birthday", "note": "Notes",
         "emails": "|".join(f"E-mail {n} - Value" for n in range(1, 7)),
         "phones": "|".join(f"Phone {n} - Value" for n in range(1, 7)), "address": "Address 1 - Formatted",
         "": "Address 1 - Street|Address 1 - City|Address 1 - Region|Address 1 - Postal Code"},
        company="person",
    ),
    _layout(
        "Google Contacts", "Name|Given Name|Family Name|Group Membership",
        {"given": "Given Name", "family": "Family Name", "family_kana": "Family Name Yomi",
         "given_kana": "Given Name Yomi", "company": "Organization 1 - Name", "birth_date": "Birthday", "note": "Notes",
         "emails": "|".join(f"E-mail {n} - Value" for n in range(1, 7)), "": "Name",
         "phones": "|".join(f"Phone {n} - Value" for n in range(1, 7)), "address": "Address 1 - Formatted"},
        company="person",
    ),
    _layout(
        "Outlook", "名|姓|電子メール アドレス",
        {"given": "名", "family": "姓", "company": "会社名",
         "emails": "電子メール アドレス|電子メール 2 アドレス|電子メール 3 アドレス",
         "phones": "携帯電話|自宅電話|自宅電話 2|会社電話|会社電話 2|その他の電話|通常の電話", "birth_date": "誕生日",
         "family_kana": "フリガナ (姓)|姓フリガナ", "given_kana": "フリガナ (名)|名フリガナ",
         "street": "番地 (自宅)", "city": "市区町村 (自宅)", "prefecture": "都道府県 (自宅)",
         "postcode": "郵便番号 (自宅)", "note": "メモ"},
        company="person",
    ),
    _layout(
        "Outlook", "First Name|Last Name|E-mail Address",
        {"given": "First Name", "family": "Last Name", "company": "Company",
         "emails": "E-mail Address|E-mail 2 Address|E-mail 3 Address",
         "phones": "Mobile Phone|Home Phone|Home Phone 2|Business Phone|Business Phone 2|Other Phone|Primary Phone",
         "birth_date": "Birthday", "street": "Home Street", "city": "Home City", "prefecture": "Home State",
         "postcode": "Home Postal Code", "note": "Notes"},
        company="person",
    ),
    _layout(
        "筆まめ", "氏名|連名|敬称|郵便番号",
        {"name": "氏名", "kana": "フリガナ", "postcode": "郵便番号", "address": "住所1", "address2": "住所2|住所3",
         "phones": "電話1|電話2|電話3|携帯1|携帯2|携帯3", "emails": "メール1|メール2|メール3", "birth_date": "誕生日",
         "company": "会社名", "note": "メモ1|メモ2|メモ3|備考1|備考2|備考3", "": "連名|FAX1|FAX2|会社住所1|会社住所2"},
        company="person",
    ),
    _layout(
        "Shopify", "Customer ID|Default Address Province Code|Default Address Zip",
        {"number": "Customer ID", "given": "First Name", "family": "Last Name", "emails": "Email",
         "phones": "Phone|Default Address Phone", "company": "Default Address Company",
         "street": "Default Address Address1",
         "address2": "Default Address Address2", "city": "Default Address City", "postcode": "Default Address Zip",
         "prefecture": "Default Address Province Code", "note": "Note"},
        company="person",
    ),
    _layout(
        "HubSpot", "Record ID|First Name|Last Name|Lead Status",
        {"number": "Record ID", "given": "First Name", "family": "Last Name", "emails": "Email",
         "phones": "Phone Number|Mobile Phone Number", "company": "Company Name|Associated Company",
         "owner": "Contact owner", "postcode": "Postal Code", "prefecture": "State/Region", "city": "City",
         "street": "Street Address", "birth_date": "Date of birth", "": "Lead Status|Create Date"},
        company="person",
    ),
    _layout(
        "HubSpot", "レコードID|名|姓|リードステータス",
        {"number": "レコードID", "given": "名", "family": "姓", "emails": "Eメール", "phones": "電話番号|携帯電話番号",
         "company": "会社名", "owner": "コンタクト担当者", "postcode": "郵便番号", "prefecture": "都道府県/地域",
         "city": "市区町村", "street": "番地"},
        company="person",
    ),
    _layout(
        "Salesforce", "ID|LASTNAME|FIRSTNAME",
        {"number": "ID", "family": "LASTNAME", "given": "FIRSTNAME", "birth_date": "BIRTHDATE", "emails": "EMAIL",
         "phones": "PHONE|MOBILEPHONE|HOMEPHONE|OTHERPHONE", "postcode": "MAILINGPOSTALCODE",
         "prefecture": "MAILINGSTATE", "city": "MAILINGCITY", "street": "MAILINGSTREET", "note": "DESCRIPTION",
         "": "CREATEDDATE|ACCOUNTID|OWNERID"},
    ),
    _layout(
        "kintone", "レコード番号|作成日時|更新日時",
        {"": "レコード番号|作成日時|更新日時|作成者|更新者|ステータス|作業者"},
    ),
    _layout(
        "弥生", "コード|名称|フリガナ|略称|締日",
        {"number": "コード", "name": "名称", "kana": "フリガナ", "postcode": "郵便番号",
         "address": "住所1", "address2": "住所2",
         "contact_person": "ご担当者", "phones": "TEL", "": "略称|FAX|締日|部署名|役職名|敬称"},
    ),
    _layout(
        "freee", "取引先コード|名前（通称）|正式名称（帳票出力時に使用される名称）",
        {"number": "取引先コード", "name": "正式名称（帳票出力時に使用される名称）", "kana": "カナ名称",
         "kind": "事業所種別",
         "postcode": "郵便番号", "prefecture": "都道府県", "address": "市区町村・番地",
         "address2": "建物名・部屋番号など",
         "phones": "電話番号", "owner": "営業担当者名",
         "": "名前（通称）|ショートカット1|営業担当者メールアドレス|地域|敬称"},
    ),
)  # fmt: skip


def recognised(cells: Sequence[str]) -> Layout | None:
    """The export that has these headings."""
    found = {headings.key(cell) for cell in cells if cell.strip()}
    return next((one for one in SHIPPED if one.told_by <= found), None)
