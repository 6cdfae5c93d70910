"""Tables for analysts: OData, Power BI, export, SQL over collected data."""
