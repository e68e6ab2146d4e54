"""What could go wrong in the feature `orm`, without an error."""

from __future__ import annotations

from tests.support.faults import Fault

FAULTS: tuple[Fault, ...] = (
    Fault(
        "two workers claim one job",
        "orm/queue.py",
        "Job.objects.filter(pk=job.pk, state=State.QUEUED).aupdate(",
        "Job.objects.filter(pk=job.pk).aupdate(",
        "test_orm.py",
    ),
    Fault(
        "a claim that came too late ends the worker",
        "orm/queue.py",
        "        # Another worker was faster: on to the next one.\n",
        "        return None\n",
        "test_orm.py",
    ),
    Fault(
        "attempts are not counted",
        "orm/queue.py",
        "attempts=job.attempts + 1",
        "attempts=1",
        "test_orm.py",
    ),
    Fault(
        "anyone ends a job",
        "orm/queue.py",
        "filter(pk=job_id, state=State.RUNNING, worker=worker)",
        "filter(pk=job_id, state=State.RUNNING)",
        "test_orm.py",
    ),
    Fault(
        "a batch is added in pieces",
        "orm/queue.py",
        "        with transaction.atomic():\n",
        "        if True:\n",
        "test_orm.py",
    ),
    Fault(
        "a batch is told of before it is committed",
        "orm/queue.py",
        "transaction.on_commit(lambda: on_added(batch))",
        "on_added(batch)",
        "test_orm.py",
    ),
    Fault(
        "jobs are added one by one",
        "orm/queue.py",
        "Job.objects.bulk_create(jobs, batch_size=500)",
        "[job.save() for job in jobs]",
        "test_orm.py",
    ),
    Fault(
        "N+1: a query for each job's batch",
        "orm/queue.py",
        'found = Job.objects.select_related("batch").order_by("pk")',
        'found = Job.objects.prefetch_related("batch").order_by("pk")',
        "test_orm.py",
    ),
    Fault(
        "jobs that are done are done again",
        "orm/queue.py",
        "filter(batch__name=batch, state=State.FAILED)",
        "filter(batch__name=batch).exclude(state=State.QUEUED)",
        "test_orm.py",
    ),
    Fault(
        "release takes other workers' jobs",
        "orm/queue.py",
        "filter(state=State.RUNNING, worker=worker).aupdate(\n        state=State.QUEUED",
        "filter(state=State.RUNNING).aupdate(\n        state=State.QUEUED",
        "test_orm.py",
    ),
    Fault(
        "SQLite's transactions take their lock late",
        "orm/settings.py",
        '"transaction_mode": "IMMEDIATE",',
        "",
        "test_orm_database.py",
    ),
    Fault(
        "SQLite's readers wait for the writer",
        "orm/settings.py",
        "PRAGMA journal_mode=WAL; ",
        "",
        "test_orm_database.py",
    ),
    Fault(
        "SQLite does not wait for its lock",
        "orm/settings.py",
        "BUSY_SECONDS: Final = 20",
        "BUSY_SECONDS: Final = 0",
        "test_orm_database.py",
    ),
    Fault(
        "times are naive",
        "orm/database.py",
        "USE_TZ=True,",
        "USE_TZ=False,",
        "test_orm.py",
    ),
    Fault(
        "a model is changed, and no migration made",
        "orm/models.py",
        "max_length=600",
        "max_length=700",
        "test_orm_database.py",
    ),
    Fault(
        "a constraint is not in the tables",
        "orm/migrations/0001_initial.py",
        'state__in=["queued", "running"]),\n                        fields',
        'state__in=["running"]),\n                        fields',
        "test_orm_constraints.py",
    ),
    Fault(
        "a check that is neither true nor false passes",
        "orm/migrations/0001_initial.py",
        "size__isnull=False, ",
        "",
        "test_orm_constraints.py",
    ),
    Fault(
        "a password is shown in an error",
        "orm/settings.py",
        'unusable; {_EXAMPLES}")\n\n',
        'unusable: {self.database_url}; {_EXAMPLES}")\n\n',
        "test_orm_settings.py",
    ),
)
