"""People, policy, sign-in, approvals, exceptions, reviews and connections, as one step; what was made before has taken it."""

import django.db.models.deletion
import toride.base.ids
from django.conf import settings
from django.db import migrations, models


REPLACED = (
    "0001_people",
    "0002_signing_in",
    "0003_approvals",
    "0004_connections",
    "0005_policy_versions",
    "0006_glass",
    "0007_reviews",
    "0008_provisioning",
    "0009_single_sign_on",
    "0010_spent_assertions",
    "0011_temporary_access",
    "0012_reaching",
    "0013_start_codes",
    "0014_seals",
    "0015_start_codes_by_command",
    "0016_sealed_openings",
    "0017_sealed_rules_providers_codes",
)


class Migration(migrations.Migration):
    initial = True

    replaces = [("access", name) for name in REPLACED]
    dependencies = [
        ("vault", "0002_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("username", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                ("roles", models.JSONField(default=list)),
                ("is_active", models.BooleanField(default=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("password_changed", models.DateTimeField(null=True)),
                ("seal", models.CharField(default="", max_length=64)),
                ("ended", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Branch",
            fields=[
                ("code", models.CharField(max_length=8, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                ("code", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Lock",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("until", models.DateTimeField(null=True)),
                ("last", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(choices=[("oidc", "Oidc"), ("saml", "Saml")], max_length=4)),
                ("name", models.CharField(max_length=60)),
                ("content", models.TextField()),
                ("blob", models.BinaryField(default=bytes)),
                ("active", models.BooleanField(default=True)),
                ("sole", models.BooleanField(default=False)),
                ("changed", models.DateTimeField()),
                ("seal", models.CharField(default="", max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="SignInRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.TextField()),
                ("changed", models.DateTimeField()),
                ("seal", models.CharField(default="", max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Spent",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="PolicyDraft",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("content", models.TextField()),
                ("changed", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Provisioned",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="provisioned",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("external", models.CharField(blank=True, db_index=True, max_length=200)),
                ("said", models.JSONField(default=dict)),
                ("changed", models.DateTimeField()),
                ("left", models.DateTimeField(null=True)),
                ("removed", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name="person",
            name="branch",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="access.branch"),
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branches", models.JSONField(default=list)),
                ("departments", models.JSONField(default=list)),
                ("covers", models.JSONField(default=dict)),
                ("unused", models.PositiveSmallIntegerField()),
                ("dormant", models.PositiveSmallIntegerField()),
                ("since", models.DateTimeField()),
                ("opened", models.DateTimeField()),
                ("due", models.DateTimeField()),
                ("escalated", models.DateTimeField(null=True)),
                ("closed", models.DateTimeField(db_index=True, null=True)),
                ("staff", models.JSONField(default=dict)),
                ("ended", models.JSONField(default=dict)),
                ("result", models.TextField(blank=True)),
                (
                    "closer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opener",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("scopes", models.JSONField()),
                ("purpose", models.CharField(max_length=60)),
                ("categories", models.JSONField()),
                ("addresses", models.JSONField(default=list)),
                ("duties", models.JSONField(default=dict)),
                ("digest", models.BinaryField(max_length=32)),
                ("former", models.BinaryField(default=bytes, max_length=32)),
                ("former_until", models.DateTimeField(null=True)),
                ("created", models.DateTimeField()),
                ("expires", models.DateTimeField()),
                ("revoked", models.DateTimeField(null=True)),
                ("used", models.DateTimeField(null=True)),
                ("allowance", models.BigIntegerField(default=0)),
                ("any_hour", models.BooleanField(default=False)),
                ("agreed", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="connections",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="person",
            name="department",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="access.department"),
        ),
        migrations.CreateModel(
            name="DirectoryGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("external", models.CharField(blank=True, max_length=200)),
                ("created", models.DateTimeField()),
                ("changed", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="access.connection"
                    ),
                ),
                ("members", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="FormerPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PersonalToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("expires", models.DateTimeField()),
                ("revoked", models.BooleanField(default=False)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("content", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("approved", models.DateTimeField()),
                ("holds", models.DateTimeField()),
                ("seal", models.TextField(default="")),
                ("void", models.BooleanField(default=False)),
                (
                    "approver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "drafter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Handshake",
            fields=[
                ("state", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("blob", models.BinaryField()),
                ("expires", models.DateTimeField(db_index=True)),
                ("provider", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="access.provider")),
            ],
        ),
        migrations.CreateModel(
            name="StartCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.CharField(max_length=64, null=True, unique=True)),
                ("agreed", models.BooleanField(default=False)),
                ("issued", models.DateTimeField()),
                ("expires", models.DateTimeField()),
                ("used", models.DateTimeField(null=True)),
                ("known", models.BooleanField(default=False)),
                ("seal", models.CharField(default="", max_length=64)),
                (
                    "issuer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="start_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("concerns", models.JSONField(default=list)),
                ("branches", models.JSONField(default=list)),
                ("count", models.PositiveIntegerField()),
                ("blob", models.BinaryField()),
                ("talk", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("held", "Held"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("created", models.DateTimeField()),
                ("expires", models.DateTimeField()),
                ("decided", models.DateTimeField(null=True)),
                (
                    "asker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="vault.subject"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "expires"], name="access_approval_open")],
            },
        ),
        migrations.CreateModel(
            name="Answered",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.BinaryField(max_length=32)),
                ("asked", models.BinaryField(max_length=32)),
                ("answer", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("connection", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="access.connection")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("connection", "token"), name="access_answered_once")],
            },
        ),
        migrations.CreateModel(
            name="Factor",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("totp", "Totp"), ("key", "Key"), ("codes", "Codes")], max_length=8),
                ),
                ("name", models.CharField(blank=True, max_length=60)),
                ("blob", models.BinaryField()),
                ("created", models.DateTimeField()),
                ("used", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="factors", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "key"), _negated=True),
                        fields=("person", "kind"),
                        name="access_factor_one_of_a_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Glass",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("categories", models.PositiveSmallIntegerField()),
                ("beyond", models.BooleanField(default=False)),
                ("reason", models.BinaryField()),
                ("review", models.BinaryField(default=bytes)),
                ("seal", models.CharField(default="", max_length=64)),
                ("created", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("due", models.DateTimeField()),
                ("escalated", models.DateTimeField(null=True)),
                (
                    "verdict",
                    models.CharField(
                        choices=[("open", "Open"), ("right", "Right"), ("wrong", "Wrong")], default="open", max_length=5
                    ),
                ),
                ("reviewed", models.DateTimeField(null=True)),
                ("branch", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="access.branch")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("subject", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="vault.subject")),
                ("told", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "subject", "ends"], name="access_glass_holds"),
                    models.Index(fields=["verdict", "due"], name="access_glass_reviews"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(choices=[("duty", "Duty"), ("key", "Key")], max_length=4)),
                ("what", models.CharField(max_length=20)),
                ("called", models.CharField(blank=True, max_length=60)),
                ("used", models.DateTimeField(null=True)),
                ("findings", models.JSONField(default=list)),
                ("above", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("asked", "Asked"), ("kept", "Kept"), ("removed", "Removed")],
                        default="open",
                        max_length=7,
                    ),
                ),
                ("talk", models.BinaryField(default=bytes)),
                ("asked", models.DateTimeField(null=True)),
                ("decided", models.DateTimeField(null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="access.campaign"
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["reviewer", "state"], name="access_item_waiting")],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "person", "kind", "what"), name="access_item_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Bond",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bonds", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("provider", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="access.provider")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "person"), name="access_bond_of_person"),
                    models.UniqueConstraint(fields=("provider", "digest"), name="access_bond_of_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reaching",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["person", "at"], name="access_reaching_lately")],
            },
        ),
        migrations.CreateModel(
            name="TemporaryAccess",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("categories", models.PositiveSmallIntegerField()),
                ("seal", models.CharField(default="", max_length=64)),
                ("created", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("subject", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="vault.subject")),
            ],
            options={
                "indexes": [models.Index(fields=["person", "subject", "ends"], name="access_temporary_holds")],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("session", models.CharField(max_length=40, unique=True)),
                ("browser", models.CharField(max_length=60)),
                ("address", models.CharField(max_length=60)),
                ("born", models.DateTimeField()),
                ("seen", models.DateTimeField()),
                ("ended", models.DateTimeField(null=True)),
                ("news", models.BooleanField(default=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="visits", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "ended"], name="access_visit_living")],
            },
        ),
    ]
