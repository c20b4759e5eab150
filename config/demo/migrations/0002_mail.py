"""E-mails that the embedded server would have sent."""

from __future__ import annotations

from django.db import migrations, models

import plans.fields


class Migration(migrations.Migration):
    """Add the e-mails."""

    dependencies = [("demo", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.EmailField(max_length=254)),
                ("subject", models.CharField(max_length=500)),
                ("text", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("headers", plans.fields.OrderedJSONField(default=dict)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ["-at", "-pk"]},
        ),
    ]
