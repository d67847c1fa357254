"""Who is signed in: the cookie's session, what it may do, and the ways in and out."""
