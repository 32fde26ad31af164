"""What the provider says of a person beside what it always says."""

from oauth2_provider.oauth2_validators import OAuth2Validator


class Validator(OAuth2Validator):
    oidc_claim_scope = OAuth2Validator.oidc_claim_scope | {"preferred_username": "profile", "groups": "profile"}

    def get_additional_claims(self, request: object) -> dict[str, object]:
        return {"preferred_username": request.user.username, "groups": ["tellers"]}
