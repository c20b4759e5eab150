"""A task's history knows that it was due, reminded of and escalated."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Name three more kinds of events."""

    dependencies = [("tasks", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="taskevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("OPENED", "Opened"),
                    ("CLAIMED", "Claimed"),
                    ("RELEASED", "Released"),
                    ("ASSIGNED", "Assigned"),
                    ("MOVED", "Moved"),
                    ("FINISHED", "Finished"),
                    ("CANCELLED", "Cancelled"),
                    ("JOINED", "Joined"),
                    ("LEFT", "Left"),
                    ("DUE", "Due"),
                    ("REMINDED", "Reminded"),
                    ("ESCALATED", "Escalated"),
                ],
                max_length=9,
            ),
        ),
    ]
