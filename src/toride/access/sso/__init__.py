"""Single sign-on: an identity provider that two people agreed upon says who this is; what they may do stays ours."""
