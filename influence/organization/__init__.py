"""Settings of an organization: who it is, who belongs to it, and who may enter how."""
