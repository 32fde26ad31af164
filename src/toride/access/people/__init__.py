"""Who works here: people, their roles, and the institution's directory."""
