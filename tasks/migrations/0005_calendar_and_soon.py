"""An organization's working hours and holidays; from when on a task is due soon."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import plans.fields


class Migration(migrations.Migration):
    """Add the calendar and the instant."""

    dependencies = [("plans", "0003_script_modules"), ("tasks", "0004_saved_filter")]

    operations = [
        migrations.AddField(model_name="task", name="soon_at", field=models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="BusinessCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hours", plans.fields.OrderedJSONField(default=dict)),
                ("holidays", plans.fields.OrderedJSONField(default=dict)),
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="plans.organization"
                    ),
                ),
            ],
        ),
    ]
