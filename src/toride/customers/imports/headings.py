"""Which field a heading names: known words, the forms words are made by, and those that mean much or little."""

import re
import unicodedata

from toride.fields import characters

_BRACKETS = re.compile(r"[\s()（）【】\[\]]+")
_MARKS = re.compile(r"[_\-‐./・:：*※＊]+|必須|任意|required|optional")
FIGURES = "0123456789"
SEVERAL = frozenset({"phones", "emails", "holdings", "note", "address2"})  # fields that take several columns
KNOWN: dict[str, str] = {}
GENERIC: dict[str, str] = {}
_WORDS = {
    "number": (
        "顧客番号 顧客id 顧客no 顧客コード 顧客cd お客さま番号 お客様番号 お客様コード お客様id 会員番号 "
        "会員id 会員no 会員コード cif cif番号 cifno 得意先番号 得意先コード 得意先cd 取引先番号 取引先コード "
        "取引先id 契約者番号 組合員番号 利用者番号 加入者番号 カスタマーid 顧客管理番号 customer_id "
        "customerid customer_no customer_number customernumber customer_code client_id client_no member_id "
        "member_no"
    ),
    "name": (
        "氏名 お名前 顧客名 お客さま名 お客様名 お客様氏名 顧客氏名 会員名 会員氏名 氏名漢字 漢字氏名 "
        "氏名(漢字) 契約者名 契約者氏名 宛名 得意先名 取引先名 customer_name customername fullname full_name "
        "display_name"
    ),
    "kana": (
        "氏名カナ カナ氏名 フリガナ ふりがな カナ かな 氏名かな 氏名ふりがな 顧客名カナ 顧客カナ 名前カナ "
        "シメイカナ シメイ 氏名フリガナ ヨミガナ ヨミ よみがな 読みがな 読み仮名 振り仮名 カナ名 カナ名称 "
        "得意先名カナ 商号又は名称ふりがな 商号又は名称フリガナ "
        "取引先名カナ お名前フリガナ お名前カナ 会社名カナ 会社名フリガナ 法人名カナ name_kana "
        "kana kana_name full_name_kana reading furigana yomi"
    ),
    "family": "姓 氏 苗字 名字 姓漢字 お名前姓 氏名姓 last_name lastname family_name surname sei",
    "given": "名 名漢字 お名前名 氏名名 first_name firstname given_name mei",
    "family_kana": (
        "セイ 姓カナ 姓かな 姓フリガナ 姓ふりがな カナ姓 かな姓 フリガナ姓 ふりがな姓 姓ヨミ 姓よみ 氏カナ "
        "苗字カナ お名前カナ姓 last_name_kana kana_last_name sei_kana family_name_kana phonetic_last_name "
        "last_name_phonetic"
    ),
    "given_kana": (
        "メイ 名カナ 名かな 名フリガナ 名ふりがな カナ名前 カナめい フリガナ名 ふりがな名 かな名 名ヨミ "
        "名よみ お名前カナ名 first_name_kana kana_first_name mei_kana given_name_kana phonetic_first_name "
        "first_name_phonetic"
    ),
    "company": (
        "会社名 法人名 会社 企業名 社名 団体名 屋号 商号 組織名 事業者名 商号又は名称 company company_name companyname "
        "organization organization_name organisation"
    ),
    "kind": "個人法人区分 個人法人 法人個人区分 人格区分 人格 顧客種別 customer_type",
    "contact_person": (
        "担当者 担当者名 ご担当者 ご担当者名 ご担当者様 先方担当者 代表者 代表者名 窓口担当者 contact_person "
        "contact_name"
    ),
    "gender": "性別 gender sex",
    "birth_date": (
        "生年月日 誕生日 お誕生日 生年月日西暦 生年月日和暦 出生日 birth_day birthday birth_date birthdate "
        "date_of_birth dob"
    ),
    "phones": (
        "電話 電話番号 携帯 携帯電話 携帯番号 自宅電話 勤務先電話 お電話 連絡先電話番号 日中連絡先 tel telno "
        "phone phone_number mobile mobile_number mobile_phone mobilephone telephone cell cellphone home_phone "
        "work_phone"
    ),
    "emails": (
        "メール メールアドレス eメール email e-mail mail mail_address email_address eメールアドレス "
        "電子メール 電子メールアドレス 携帯メール pcメール"
    ),
    "postcode": "郵便番号 〒 郵便no 郵便 自宅郵便番号 postal_cd postal_code postalcode postcode zip zip_code zipcode",
    "prefecture": "都道府県 県 都道府県名 自宅都道府県 国内所在地都道府県 prefecture pref prefecture_name",
    "city": "市区町村 市町村 市区郡 市区町村名 自宅市区町村 国内所在地市区町村 city",
    "street": "町名番地 番地 町域 町名 町域番地 丁目番地 番地自宅 国内所在地丁目番地等 street street_address",
    "address": (
        "住所 現住所 自宅住所 ご住所 お住まい 住所1 所在地 本店所在地 住所全体 address address1 address_line1 "
        "full_address 市区町村番地"
    ),
    "address2": (
        "住所2 住所3 住所4 建物 建物名 建物名等 マンション名 マンション ビル名 方書 建物名部屋番号 部屋番号 "
        "住所建物 address2 address3 address_line2 building"
    ),
    "status": "取引状態 取引区分 顧客状態 顧客ステータス",
    "since": (
        "取引開始日 口座開設日 入会日 登録日 申込日 加入日 取引開始年月日 開設日 application_date opened "
        "registered_on since"
    ),
    "value": "預かり資産 預り資産 残高 預金残高 資産 預かり資産残高 総資産 総残高 balance assets value",
    "holdings": "保有商品 契約商品 商品 取引商品 products holdings",
    "last_contact": "最終接触日 最後の接点 最終来店日 最終訪問日 最終応対日 last_contact last_contacted",
    "note": "備考 備考欄 メモ メモ欄 特記事項 摘要 note notes remarks memo comment comments description",
    "segment": "セグメント 顧客区分 顧客ランク segment",
    "branch": (
        "取引店 取引店名 取引店番 取引店コード 取扱店 取扱店名 店番 支店 支店名 支店コード 店名 店舗 店舗名 "
        "店舗コード 管轄店 担当店 branch branch_code branch_name"
    ),
    "owner": (
        "担当 営業担当 営業担当者 営業担当者名 担当職員 担当行員 担当者コード 担当者id 渉外担当 渉外担当者 "
        "担当員 自社担当者 自社担当 社内担当者 owner contact_owner account_owner person_in_charge"
    ),
}
# They say little: a heading that says more goes before them, and they count only where the values fit.
_LITTLE = {
    "number": "法人番号 id no 番号 number コード code record_id コードno 管理番号",
    "name": "名前 name 名称 名前通称",
    "phones": "連絡先 ご連絡先 contact",
    "kind": "種別 種類 区分 kind type",
    "status": "状態 ステータス 状況 status",
    "prefecture": "state province 県名",
}
_NOT = re.compile(
    "種類|種別|区分|label|type|ラベル|希望|配信|受信|可否|フラグ|flag|同意|不可|更新|確認|マガジン|marketing|accepts|"
    "パスワード|認証|有無|件数|合計|日時|履歴"
)
_FORMS = (
    (
        "(?:顧客|お客様|お客さま|会員|得意先|契約者|加入者|組合員|利用者|カスタマー|cif)(?:管理)?(?:番号|no|コード|cd|id)",
        "number",
    ),
    (".*(?:メールアドレス|eメール|電子メール|mailaddress|email).*", "emails"),
    (
        "(?!.*(?:fax|ファックス|ファクス)).*(?:電話|携帯|ケータイ|スマホ|スマートフォン|mobile|phone|tel).*",
        "phones",
    ),
    ("(?:自宅|現|ご|お)?郵便番号.*|.*(?:郵便番号|postalcode|zipcode)", "postcode"),
    (".*(?:生年月日|誕生日|birthdate|birthday|dateofbirth)", "birth_date"),
    ("(?:自宅|現|ご)住所|住所(?:自宅|現)|(?:自宅|現)?住所1", "address"),
    ("(?:自宅|現)?住所[2-9]", "address2"),
    ("(?:備考|メモ|note|memo|comment)(?:欄)?[0-9]*", "note"),
)
_OF_STAFF = re.compile("営業担当|担当者.*(?:メール|電話|mail|tel)|緊急")
_ELSEWHERE = re.compile("勤務先|会社|法人|送付先|配送先|請求先|本籍|other|shipping|billing|company|work|office")


def plain(cell: str) -> str:
    """A heading as it is compared and kept: half width, lower case, without spaces, brackets and unseen characters."""
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", characters.visible(cell))).lower()


def key(cell: str) -> str:
    """As `plain`, without the marks that part words."""
    return _MARKS.sub("", plain(cell))


def _fill(into: dict[str, str], words: dict[str, str]) -> None:
    into.update({key(word): target for target, text in words.items() for word in text.split()})


_fill(KNOWN, _WORDS)
_fill(GENERIC, _LITTLE)


def specific(cell: str) -> str | None:
    """The field that a heading names beyond doubt; 電話2 is a 電話; 住所2 is listed, for it is something else."""
    word = key(cell)
    if found := KNOWN.get(word) or _numbered(word):
        return found
    if not word or _NOT.search(word) or _OF_STAFF.search(word):
        return None
    for form, target in _FORMS:
        if re.fullmatch(form, word) and not (target in ("address", "postcode") and _ELSEWHERE.search(word)):
            return target
    return None


def _numbered(word: str) -> str | None:
    """電話2, 備考3: of what there may be several. 住所2 goes on where 住所 ends."""
    stem = word.rstrip(FIGURES)
    found, place = KNOWN.get(stem), word[len(stem) :]
    if found == "address" and place not in ("", "1"):
        return "address2"
    return found if place == "1" or found in SEVERAL else None


def generic(cell: str) -> str | None:
    """The field that a heading may name, if nothing says more and the values fit."""
    word = key(cell)
    return GENERIC.get(word) or GENERIC.get(word.rstrip(FIGURES))


def is_known(cell: str) -> bool:
    """Does a cell look like a heading?"""
    return bool(specific(cell) or generic(cell))
