"""Working beside others: feeds and partners in the field's open standards."""
