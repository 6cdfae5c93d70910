"""Read in Airflow's own environment."""

import os
from datetime import datetime

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG

with DAG("steps", schedule=None, start_date=datetime(2026, 1, 1), max_active_runs=16):
    for chain in range(int(os.environ["CHAINS"])):
        last = None
        for place in range(int(os.environ["LENGTH"])):
            step = PythonOperator(task_id=f"c{chain}s{place}", python_callable=lambda: None)
            if last is not None:
                last >> step
            last = step
