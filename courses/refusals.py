"""How an action says no."""

from django.utils.functional import Promise


class Refusal(Exception):
    """The action cannot be done as things stand; nothing was written.

    Carries the sentence for the person who asked. Views show it beside what was typed; where no
    view does, the answer is a page with status 409.
    """

    def __init__(self, sentence: str | Promise):
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)
