"""What people look at: the console (operations room), the field page (phone), the REST API, and their assets."""
