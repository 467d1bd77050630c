from . import test_evaluation_pictures
from . import test_picture_tour
