from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={
        "sql_query_script": "select make, count(*) as cars, avg(price) as mean_price, sum(power) as power, "
        "max(built) as newest from t1 group by make order by make"
    },
    needs_every_column=True,
    faults=(
        Fault(code="query_invalid", parameters={"sql_query_script": "select prise from t1"}),
        Fault(code="query_invalid", parameters={"sql_query_script": "select from from t1"}),
        Fault(code="query_invalid", parameters={"sql_query_script": "select 1; select 2"}),
        Fault(code="query_invalid", parameters={"sql_query_script": "drop table t1"}),
        Fault(code="query_invalid", parameters={"sql_query_script": "select * from read_csv('/etc/passwd')"}),
    ),
)
