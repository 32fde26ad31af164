"""More than the policy grants, for a while: emergencies, temporary access, and their pages."""
