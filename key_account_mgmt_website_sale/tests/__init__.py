from . import test_held_shop_orders
