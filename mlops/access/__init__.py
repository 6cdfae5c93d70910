"""Projects, roles and grants: who may do what, asked inside acts and by visible_to on reads."""
