"""Who one is: passwords, second factors, sessions, the sign-in policy, recovery."""
