"""People, where they belong, what they may do."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from toride.base.ids import random_id


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
    """Somebody who may sign in: staff of the institution."""

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

    objects = People()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []


class PersonalToken(models.Model):
    """Lets a person act by command; see tokens.py."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.BooleanField(default=False)
