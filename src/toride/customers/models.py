"""What may stand in clear of a customer: whose branch, whose charge, from which import."""

from django.db import models

from toride.access.models import Branch, Person
from toride.vault.models import Subject


class Customer(models.Model):
    """A subject who is a customer; everything personal is sealed in the vault."""

    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, primary_key=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    created = models.DateTimeField()
    hidden = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["branch"]), models.Index(fields=["owner"])]


from toride.customers.imports.models import Brought, Import, Rejected  # noqa: E402 - Django looks for models here

__all__ = ["Brought", "Customer", "Import", "Rejected"]
