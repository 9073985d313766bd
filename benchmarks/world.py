"""The organizations a run has filled so far, and how large they are to be."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks import data
from benchmarks.place import Place
from tenancy.models import Organization, User
from tenancy.services.organizations import create_organization

NEIGHBOURS = 3  # beside the organizations that are compared
POSTS_READ = 100_000  # of `rows`: twelve million readings


@dataclass
class World:
    """Scenarios ask for organizations by name; each is filled once. `rows` is the size of the large one."""

    place: Place
    rows: int
    repeat: int
    _filled: dict[str, data.Filled] = field(default_factory=dict)

    @property
    def few(self) -> int:
        """The size lists are compared with."""
        return max(60, min(10_000, self.rows // 10))

    @property
    def is_trial(self) -> bool:
        """One turn shows that all of it runs; its figures say nothing."""
        return self.repeat == 1

    @property
    def page_turns(self) -> int:
        """A page takes milliseconds: many turns even out what else the machine does."""
        return self.repeat**2

    def empty(self, name: str) -> Organization:
        """A new organization without rows."""
        return create_organization(name.title(), name, owner=self.person)

    def filled(self, name: str, size: int, *, with_readings: bool = False) -> data.Filled:
        if name not in self._filled:
            organization = self.empty(name)
            self._filled[name] = data.fill(
                self.place.admin, organization.pk, size, person_id=self.person.pk
            )
            if with_readings:
                posts = round(size * min(1, POSTS_READ / self.rows))
                data.fill_readings(self.place.admin, self._filled[name], posts)
        return self._filled[name]

    def small_and_large(self) -> tuple[data.Filled, data.Filled]:
        """The same lists at two sizes, with other organizations' rows between and beside them."""
        neighbours = [f"neighbour-{n}" for n in range(NEIGHBOURS)]
        small = self.filled("small", self.few)
        for name in neighbours:
            self.filled(name, self.few)
        return small, self.filled("large", self.rows, with_readings=True)

    @property
    def person(self) -> User:
        return User.objects.get_or_create(email="ada@bench.example", defaults={"name": "Ada"})[0]
