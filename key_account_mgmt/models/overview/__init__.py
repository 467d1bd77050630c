"""The first pages of the app: the customers with their figures, and what waits for the user. Asks all rooms."""

from . import customer_history
from . import customer_page
from . import key_account_todo
from . import res_partner
