"""The planner."""

from .checker import Verdict as Verdict
from .checker import check as check
from .problem import (
    Edition as Edition,
)
from .problem import (
    Instructor as Instructor,
)
from .problem import (
    Kind as Kind,
)
from .problem import (
    Mode as Mode,
)
from .problem import (
    Module as Module,
)
from .problem import (
    Pin as Pin,
)
from .problem import (
    Placed as Placed,
)
from .problem import (
    Plan as Plan,
)
from .problem import (
    Problem as Problem,
)
from .problem import (
    Purpose as Purpose,
)
from .problem import (
    Room as Room,
)
from .problem import (
    Slot as Slot,
)
from .problem import (
    Span as Span,
)
from .problem import (
    Unit as Unit,
)
