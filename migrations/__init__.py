"""The schema's history: one numbered file a step, run in order by ``sluice db migrate``, never edited once merged."""
