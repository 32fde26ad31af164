"""The institution's directory provisions people and groups (SCIM 2.0, RFC 7643 and 7644)."""
