"""Work that falls due in workspace: invitations nobody answered, and mails to people."""
