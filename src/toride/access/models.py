"""People, where they belong, what they may do."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from toride.access import integrity
from toride.access.people import models as _people  # noqa: F401 - these tables are the app's, too
from toride.access.reviews import models as _reviews  # noqa: F401 - these tables are the app's, too
from toride.base import clock
from toride.base.ids import ordered_id, random_id
from toride.vault.models import Subject


class Branch(models.Model):
    """A branch (営業店) or head office; its code is how the institution writes it."""

    code = models.CharField(primary_key=True, max_length=8)
    name = models.CharField(max_length=60, unique=True)


class Department(models.Model):
    """A department (部) of head office."""

    code = models.CharField(primary_key=True, max_length=16)
    name = models.CharField(max_length=60, unique=True)


class People(BaseUserManager["Person"]):
    """Finds a person by sign-in name, with where they belong: every page shows it."""

    def get_queryset(self) -> models.QuerySet["Person"]:
        return super().get_queryset().select_related("branch", "department")

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username=username)


class Person(AbstractBaseUser):
    """Somebody who may sign in: staff of the institution. `seal`: of their place, see seals.py."""

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True)
    rank = models.PositiveSmallIntegerField(default=1)
    roles = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)
    password_changed = models.DateTimeField(null=True)
    seal = models.CharField(max_length=64, default="")
    vouched: bool | None = None  # of a session: a provider let the person in, with a second factor of its own or not
    ended = models.DateTimeField(null=True)

    objects = People()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever is no longer active has ended at a moment; what they do after it is asked about.

        A new person, and one whose place is among `update_fields`, is sealed as they are now.
        """
        fields = kwargs.get("update_fields")
        if fields is None or "is_active" in fields:
            self.ended = None if self.is_active else self.ended or clock.now()
            kwargs |= {"update_fields": {*fields, "ended"}} if fields is not None else {}
        if self._state.adding or integrity.PLACE & set(fields or ()):
            self.seal = integrity.of_place(self)
            kwargs |= {"update_fields": {*kwargs["update_fields"], "seal"}} if fields is not None else {}
        super().save(*args, **kwargs)


class PersonalToken(models.Model):
    """Lets a person act by command; see tokens.py. `digest`: under a key, for this person and until this moment."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.BooleanField(default=False)


class FormerPassword(models.Model):
    """A password that a person had, as its hash: it is not taken again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="former")
    hash = models.CharField(max_length=128)
    at = models.DateTimeField()


class StartCode(models.Model):
    """Lets a person who forgot their password set another, once; see starting.py. `digest`: of name and code, None
    until it is taken; `issuer` None: whoever holds the keys; `agreed`: by two people, or by them; `known`: the person
    has said that its use was their own; `seal`: see seals.py.
    """

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="start_codes")
    issuer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64, null=True, unique=True)
    agreed = models.BooleanField(default=False)
    issued = models.DateTimeField()
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)
    known = models.BooleanField(default=False)
    seal = models.CharField(max_length=64, default="")


class Factor(models.Model):
    """What a person has beside a password; `blob` is sealed for this person, see mfa.py."""

    class Kind(models.TextChoices):
        TOTP = "totp"
        KEY = "key"
        CODES = "codes"

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=60, blank=True)
    blob = models.BinaryField()
    created = models.DateTimeField()
    used = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "kind"), condition=~models.Q(kind="key"), name="access_factor_one_of_a_kind"
            ),
        )


class Lock(models.Model):
    """Attempts at a name or from an address; the key is a keyed digest, since a password may be typed as a name."""

    key = models.CharField(primary_key=True, max_length=64)
    attempts = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(null=True)
    last = models.DateTimeField(db_index=True)


class Visit(models.Model):
    """A session of a person, from its beginning; `session` is the name under which the session is kept."""

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="visits")
    session = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=60)
    address = models.CharField(max_length=60)
    born = models.DateTimeField()
    seen = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    news = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("person", "ended"), name="access_visit_living"),)


class SignInRules(models.Model):
    """The rules of sign-in as the administrator set them, one row at most; see rules.py. `seal`: see seals.py."""

    content = models.TextField()
    changed = models.DateTimeField()
    seal = models.CharField(max_length=64, default="")


class Approval(models.Model):
    """An act that waits for a second person; see approvals.py. What it is stands sealed, and so does the talk about it.

    `concerns`: ids of the people whom it concerns. `branches`: codes of where it acts, none for everywhere. `subject`:
    of whom it is about; without branches, whoever is in charge of them decides, too.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        HELD = "held"
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    kind = models.CharField(max_length=40)
    asker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    concerns = models.JSONField(default=list)
    branches = models.JSONField(default=list)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, null=True)
    count = models.PositiveIntegerField()
    blob = models.BinaryField()
    talk = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    decider = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "expires"], name="access_approval_open")]


class Connection(models.Model):
    """A machine that acts as a person, with a key; see machines/. `id` is public and names it in the trail.

    `categories`: those that it may open at most. `addresses`: networks it may come from, none for any. `former`: the
    digest of the key before, good until `former_until`. `allowance`: microseconds since the epoch at which all of its
    rate is free again. `duties`: name of a directory's group → the duty that it gives (provisioning). `any_hour`: the
    hours of the person's duties do not bind it. `agreed`: the end that two people agreed upon; None where one made it.
    """

    id = models.CharField(primary_key=True, max_length=12)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=60)
    scopes = models.JSONField()
    purpose = models.CharField(max_length=60)
    categories = models.JSONField()
    addresses = models.JSONField(default=list)
    duties = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32)
    former = models.BinaryField(max_length=32, default=bytes)
    former_until = models.DateTimeField(null=True)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    used = models.DateTimeField(null=True)
    allowance = models.BigIntegerField(default=0)
    any_hour = models.BooleanField(default=False)
    agreed = models.DateTimeField(null=True)


class Answered(models.Model):
    """What a connection asked under an Idempotency-Key, and the ids it was answered; digests only."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    token = models.BinaryField(max_length=32)
    asked = models.BinaryField(max_length=32)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "token"], name="access_answered_once")]


class PolicyVersion(models.Model):
    """A policy that two people agreed upon, from `holds` on; never changed. `content`: canonical JSON (versions.py).

    `seal`: a signed note of it; `void`: it was set aside, because it is not what was signed.
    """

    number = models.PositiveIntegerField(primary_key=True)
    content = models.TextField()
    digest = models.CharField(max_length=64)
    drafter = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved = models.DateTimeField()
    holds = models.DateTimeField()
    seal = models.TextField(default="")
    void = models.BooleanField(default=False)


class PolicyDraft(models.Model):
    """What somebody is about to ask for; nothing decides by it."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True)
    content = models.TextField()
    changed = models.DateTimeField()


class Glass(models.Model):
    """An emergency: one person opens these categories (bit mask, 1 << category) of one subject until `ends`.

    Reason and review stand sealed. It is to be reviewed until `due`. `told`: the owners of the data, later others.
    `beyond`: it was opened by number and holds out of the person's reach, too. `seal`: see seals.py.
    """

    class Verdict(models.TextChoices):
        OPEN = "open"
        RIGHT = "right"
        WRONG = "wrong"

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    categories = models.PositiveSmallIntegerField()
    beyond = models.BooleanField(default=False)
    reason = models.BinaryField()
    review = models.BinaryField(default=bytes)
    told = models.ManyToManyField(Person, related_name="+")
    seal = models.CharField(max_length=64, default="")
    created = models.DateTimeField()
    ends = models.DateTimeField()
    due = models.DateTimeField()
    escalated = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=5, choices=Verdict, default=Verdict.OPEN)
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "subject", "ends"], name="access_glass_holds"),
            models.Index(fields=["verdict", "due"], name="access_glass_reviews"),
        ]


class Reaching(models.Model):
    """An attempt to open a customer out of reach by number, whether there is one or not: so many in an hour."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="access_reaching_lately")]


class TemporaryAccess(models.Model):
    """One person sees these categories (bit mask, 1 << category) of one subject until `ends`; `giver` agreed to it."""

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE)
    categories = models.PositiveSmallIntegerField()
    seal = models.CharField(max_length=64, default="")
    created = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "subject", "ends"], name="access_temporary_holds")]


class Provider(models.Model):
    """An identity provider that two people agreed upon; see sso/. `content`: canonical JSON; `blob`: its secret.

    `sole`: no passwords beside it. `seal`: see seals.py.
    """

    class Kind(models.TextChoices):
        OIDC = "oidc"
        SAML = "saml"

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    kind = models.CharField(max_length=4, choices=Kind)
    name = models.CharField(max_length=60)
    content = models.TextField()
    blob = models.BinaryField(default=bytes)
    active = models.BooleanField(default=True)
    sole = models.BooleanField(default=False)
    changed = models.DateTimeField()
    seal = models.CharField(max_length=64, default="")


class Bond(models.Model):
    """Who at a provider a person is, from the first sign-in on: a digest of what the provider calls them for ever."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="bonds")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("provider", "person"), name="access_bond_of_person"),
            models.UniqueConstraint(fields=("provider", "digest"), name="access_bond_of_subject"),
        )


class Handshake(models.Model):
    """A sign-in that is under way at a provider: for one browser, one answer, a few minutes; see sso/handshakes.py."""

    state = models.CharField(primary_key=True, max_length=64)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE)
    blob = models.BinaryField()
    expires = models.DateTimeField(db_index=True)


class Spent(models.Model):
    """An assertion that was used, by a digest of its issuer and id, until it would not be taken any more."""

    digest = models.CharField(primary_key=True, max_length=64)
    until = models.DateTimeField(db_index=True)
