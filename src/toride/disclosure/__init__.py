"""Nothing leaves except through here."""
