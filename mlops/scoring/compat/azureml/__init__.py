"""The names of Azure's packages that scoring scripts use. Others say what to use here instead."""
