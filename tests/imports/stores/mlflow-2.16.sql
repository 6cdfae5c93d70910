CREATE TABLE experiments (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	UNIQUE (name)
);
INSERT INTO experiments VALUES(0,'Default','/home/ada/project/mlruns/0','active',1795678892193,1795678892193);
INSERT INTO experiments VALUES(1,'churn/first','/home/ada/project/mlruns/1','active',1795678892205,1795678892205);
INSERT INTO experiments VALUES(2,'gone','/home/ada/project/mlruns/2','deleted',1795678892229,1795678897218);
CREATE TABLE experiment_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	experiment_id INTEGER NOT NULL, 
	CONSTRAINT experiment_tag_pk PRIMARY KEY ("key", experiment_id), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
INSERT INTO experiment_tags VALUES('team','growth',1);
INSERT INTO experiment_tags VALUES('mlflow.note.content','# note',1);
CREATE TABLE IF NOT EXISTS "runs" (
	run_uuid VARCHAR(32) NOT NULL, 
	name VARCHAR(250), 
	source_type VARCHAR(20), 
	source_name VARCHAR(500), 
	entry_point_name VARCHAR(50), 
	user_id VARCHAR(256), 
	status VARCHAR(9), 
	start_time BIGINT, 
	end_time BIGINT, 
	source_version VARCHAR(50), 
	lifecycle_stage VARCHAR(20), 
	artifact_uri VARCHAR(200), 
	experiment_id INTEGER, deleted_time BIGINT, 
	CONSTRAINT run_pk PRIMARY KEY (run_uuid), 
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), 
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
INSERT INTO runs VALUES('9a7517bd51374a6eb86c643b9dc7a3d6','outer','UNKNOWN','','','root','FINISHED',1795678892393,1795678897068,'','active','/home/ada/project/mlruns/1/9a7517bd51374a6eb86c643b9dc7a3d6/artifacts',1,NULL);
INSERT INTO runs VALUES('ae4b1aa2cd844b8fadbd05081b769923','inner','UNKNOWN','','','root','FINISHED',1795678896997,1795678897044,'','active','/home/ada/project/mlruns/1/ae4b1aa2cd844b8fadbd05081b769923/artifacts',1,NULL);
INSERT INTO runs VALUES('f6000aa6608e46899a1c3b7cb7f2c3c8','failed','UNKNOWN','','','root','FAILED',1795678897093,1795678897136,'','active','/home/ada/project/mlruns/1/f6000aa6608e46899a1c3b7cb7f2c3c8/artifacts',1,NULL);
INSERT INTO runs VALUES('852b34bc7fc342e49bbe217af60b5745','deleted one','UNKNOWN','','','unknown','RUNNING',1795678897156,NULL,'','deleted','/home/ada/project/mlruns/1/852b34bc7fc342e49bbe217af60b5745/artifacts',1,1795678897178);
INSERT INTO runs VALUES('b3564cd55f384c2cbffb61f3b2b8bea4','adventurous-shrew-12','UNKNOWN','','','unknown','RUNNING',1795678897192,NULL,'','deleted','/home/ada/project/mlruns/2/b3564cd55f384c2cbffb61f3b2b8bea4/artifacts',2,1795678897219);
CREATE TABLE IF NOT EXISTS "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO tags VALUES('mlflow.user','root','9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO tags VALUES('mlflow.source.name','../make.py','9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO tags VALUES('mlflow.note.content','desc **x**','9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO tags VALUES('mlflow.runName','outer','9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO tags VALUES('mlflow.log-model.history','[{"run_id": "9a7517bd51374a6eb86c643b9dc7a3d6", "artifact_path": "model", "utc_time_created": "2026-11-26 07:41:33.197286", "model_uuid": "0f8fd95473634282ad524a20f97b43c5", "flavors": {"python_function": {"streamable": false, "cloudpickle_version": "3.1.3", "python_model": "python_model.pkl", "loader_module": "mlflow.pyfunc.model", "python_version": "3.11.7", "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"}, "code": null}}}]','9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO tags VALUES('mlflow.user','root','ae4b1aa2cd844b8fadbd05081b769923');
INSERT INTO tags VALUES('mlflow.source.name','../make.py','ae4b1aa2cd844b8fadbd05081b769923');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','ae4b1aa2cd844b8fadbd05081b769923');
INSERT INTO tags VALUES('mlflow.parentRunId','9a7517bd51374a6eb86c643b9dc7a3d6','ae4b1aa2cd844b8fadbd05081b769923');
INSERT INTO tags VALUES('mlflow.runName','inner','ae4b1aa2cd844b8fadbd05081b769923');
INSERT INTO tags VALUES('mlflow.user','root','f6000aa6608e46899a1c3b7cb7f2c3c8');
INSERT INTO tags VALUES('mlflow.source.name','../make.py','f6000aa6608e46899a1c3b7cb7f2c3c8');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','f6000aa6608e46899a1c3b7cb7f2c3c8');
INSERT INTO tags VALUES('mlflow.runName','failed','f6000aa6608e46899a1c3b7cb7f2c3c8');
INSERT INTO tags VALUES('mlflow.runName','deleted one','852b34bc7fc342e49bbe217af60b5745');
INSERT INTO tags VALUES('mlflow.runName','adventurous-shrew-12','b3564cd55f384c2cbffb61f3b2b8bea4');
CREATE TABLE IF NOT EXISTS "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO params VALUES('lr','0.1','9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO params VALUES('depth','3','9a7517bd51374a6eb86c643b9dc7a3d6');
CREATE TABLE IF NOT EXISTS "metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	step BIGINT DEFAULT '0' NOT NULL, 
	is_nan BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO metrics VALUES('loss',1.0,1795678892452,'9a7517bd51374a6eb86c643b9dc7a3d6',0,0);
INSERT INTO metrics VALUES('loss',0.5,1795678892476,'9a7517bd51374a6eb86c643b9dc7a3d6',1,0);
INSERT INTO metrics VALUES('loss',0.33333333333333331482,1795678892500,'9a7517bd51374a6eb86c643b9dc7a3d6',2,0);
INSERT INTO metrics VALUES('loss',0.25,1795678892516,'9a7517bd51374a6eb86c643b9dc7a3d6',3,0);
INSERT INTO metrics VALUES('loss',0.2000000000000000111,1795678892536,'9a7517bd51374a6eb86c643b9dc7a3d6',4,0);
INSERT INTO metrics VALUES('loss',0.16666666666666665741,1795678892556,'9a7517bd51374a6eb86c643b9dc7a3d6',5,0);
INSERT INTO metrics VALUES('loss',0.14285714285714284921,1795678892576,'9a7517bd51374a6eb86c643b9dc7a3d6',6,0);
INSERT INTO metrics VALUES('loss',0.125,1795678892600,'9a7517bd51374a6eb86c643b9dc7a3d6',7,0);
INSERT INTO metrics VALUES('loss',0.11111111111111110494,1795678892624,'9a7517bd51374a6eb86c643b9dc7a3d6',8,0);
INSERT INTO metrics VALUES('loss',0.10000000000000000555,1795678892644,'9a7517bd51374a6eb86c643b9dc7a3d6',9,0);
INSERT INTO metrics VALUES('loss',0.090909090909090911614,1795678892652,'9a7517bd51374a6eb86c643b9dc7a3d6',10,0);
INSERT INTO metrics VALUES('loss',0.083333333333333328707,1795678892672,'9a7517bd51374a6eb86c643b9dc7a3d6',11,0);
INSERT INTO metrics VALUES('loss',0.076923076923076927347,1795678892696,'9a7517bd51374a6eb86c643b9dc7a3d6',12,0);
INSERT INTO metrics VALUES('loss',0.071428571428571424606,1795678892712,'9a7517bd51374a6eb86c643b9dc7a3d6',13,0);
INSERT INTO metrics VALUES('loss',0.066666666666666665741,1795678892724,'9a7517bd51374a6eb86c643b9dc7a3d6',14,0);
INSERT INTO metrics VALUES('loss',0.0625,1795678892741,'9a7517bd51374a6eb86c643b9dc7a3d6',15,0);
INSERT INTO metrics VALUES('loss',0.058823529411764705066,1795678892764,'9a7517bd51374a6eb86c643b9dc7a3d6',16,0);
INSERT INTO metrics VALUES('loss',0.055555555555555552471,1795678892788,'9a7517bd51374a6eb86c643b9dc7a3d6',17,0);
INSERT INTO metrics VALUES('loss',0.05263157894736841813,1795678892808,'9a7517bd51374a6eb86c643b9dc7a3d6',18,0);
INSERT INTO metrics VALUES('loss',0.050000000000000002775,1795678892836,'9a7517bd51374a6eb86c643b9dc7a3d6',19,0);
INSERT INTO metrics VALUES('loss',0.047619047619047616404,1795678892859,'9a7517bd51374a6eb86c643b9dc7a3d6',20,0);
INSERT INTO metrics VALUES('loss',0.045454545454545455807,1795678892888,'9a7517bd51374a6eb86c643b9dc7a3d6',21,0);
INSERT INTO metrics VALUES('loss',0.043478260869565216184,1795678892908,'9a7517bd51374a6eb86c643b9dc7a3d6',22,0);
INSERT INTO metrics VALUES('loss',0.041666666666666664353,1795678892917,'9a7517bd51374a6eb86c643b9dc7a3d6',23,0);
INSERT INTO metrics VALUES('loss',0.040000000000000000832,1795678892940,'9a7517bd51374a6eb86c643b9dc7a3d6',24,0);
INSERT INTO metrics VALUES('loss',0.038461538461538463673,1795678892960,'9a7517bd51374a6eb86c643b9dc7a3d6',25,0);
INSERT INTO metrics VALUES('loss',0.037037037037037034981,1795678892976,'9a7517bd51374a6eb86c643b9dc7a3d6',26,0);
INSERT INTO metrics VALUES('loss',0.035714285714285712303,1795678892996,'9a7517bd51374a6eb86c643b9dc7a3d6',27,0);
INSERT INTO metrics VALUES('loss',0.034482758620689654693,1795678893020,'9a7517bd51374a6eb86c643b9dc7a3d6',28,0);
INSERT INTO metrics VALUES('loss',0.03333333333333333287,1795678893044,'9a7517bd51374a6eb86c643b9dc7a3d6',29,0);
INSERT INTO metrics VALUES('bad',0.0,1795678893065,'9a7517bd51374a6eb86c643b9dc7a3d6',0,1);
INSERT INTO metrics VALUES('up',1.7976931348623156223e+308,1795678893085,'9a7517bd51374a6eb86c643b9dc7a3d6',3,0);
INSERT INTO metrics VALUES('down',-1.7976931348623156223e+308,1795678893108,'9a7517bd51374a6eb86c643b9dc7a3d6',0,0);
INSERT INTO metrics VALUES('acc',0.5,1795678897016,'ae4b1aa2cd844b8fadbd05081b769923',0,0);
CREATE TABLE IF NOT EXISTS "latest_metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT, 
	step BIGINT NOT NULL, 
	is_nan BOOLEAN NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT latest_metric_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO latest_metrics VALUES('loss',0.03333333333333333287,1795678893044,29,0,'9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO latest_metrics VALUES('bad',0.0,1795678893065,0,1,'9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO latest_metrics VALUES('up',1.7976931348623156223e+308,1795678893085,3,0,'9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO latest_metrics VALUES('down',-1.7976931348623156223e+308,1795678893108,0,0,'9a7517bd51374a6eb86c643b9dc7a3d6');
INSERT INTO latest_metrics VALUES('acc',0.5,1795678897016,0,0,'ae4b1aa2cd844b8fadbd05081b769923');
CREATE TABLE datasets (
	dataset_uuid VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	digest VARCHAR(36) NOT NULL, 
	dataset_source_type VARCHAR(36) NOT NULL, 
	dataset_source TEXT NOT NULL, 
	dataset_schema TEXT, 
	dataset_profile TEXT, 
	CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
INSERT INTO datasets VALUES('528cd5113f664645801cbb65e5a7e79b',1,'train','a27a57c9','http','{"url": "http://x/y.csv"}','{"mlflow_colspec": [{"type": "long", "name": "a", "required": true}, {"type": "double", "name": "b", "required": true}]}','{"num_rows": 2, "num_elements": 4}');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO inputs VALUES('fdb14a2a14964c0ca6b47445c6d02d25','DATASET','528cd5113f664645801cbb65e5a7e79b','RUN','9a7517bd51374a6eb86c643b9dc7a3d6');
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO input_tags VALUES('fdb14a2a14964c0ca6b47445c6d02d25','k','v');
INSERT INTO input_tags VALUES('fdb14a2a14964c0ca6b47445c6d02d25','mlflow.data.context','training');
CREATE TABLE registered_models (
	name VARCHAR(256) NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	CONSTRAINT registered_model_pk PRIMARY KEY (name), 
	UNIQUE (name)
);
INSERT INTO registered_models VALUES('Churn model',1795678896573,1795678897245,NULL);
INSERT INTO registered_models VALUES('empty',1795678897273,1795678897273,'rd');
INSERT INTO registered_models VALUES('later',1795678897297,1795678897425,NULL);
CREATE TABLE registered_model_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	name VARCHAR(256) NOT NULL, 
	CONSTRAINT registered_model_tag_pk PRIMARY KEY ("key", name), 
	FOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE cascade
);
INSERT INTO registered_model_tags VALUES('rt','2','empty');
CREATE TABLE registered_model_aliases (
	alias VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	CONSTRAINT registered_model_alias_pk PRIMARY KEY (name, alias), 
	CONSTRAINT registered_model_alias_name_fkey FOREIGN KEY(name) REFERENCES registered_models (name) ON DELETE cascade ON UPDATE cascade
);
INSERT INTO registered_model_aliases VALUES('champion',2,'later');
CREATE TABLE IF NOT EXISTS "model_versions" (
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	user_id VARCHAR(256), 
	current_stage VARCHAR(20), 
	source VARCHAR(500), 
	run_id VARCHAR(32), 
	status VARCHAR(20), 
	status_message VARCHAR(500), 
	run_link VARCHAR(500), storage_location VARCHAR(500), 
	CONSTRAINT model_version_pk PRIMARY KEY (name, version), 
	FOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE CASCADE
);
INSERT INTO model_versions VALUES('Churn model',1,1795678896600,1795678896600,NULL,NULL,'None','/home/ada/project/mlruns/1/9a7517bd51374a6eb86c643b9dc7a3d6/artifacts/model','9a7517bd51374a6eb86c643b9dc7a3d6','READY',NULL,NULL,'/home/ada/project/mlruns/1/9a7517bd51374a6eb86c643b9dc7a3d6/artifacts/model');
INSERT INTO model_versions VALUES('Churn model',2,1795678897245,1795678897245,'second',NULL,'None','runs:/9a7517bd51374a6eb86c643b9dc7a3d6/notes','9a7517bd51374a6eb86c643b9dc7a3d6','READY',NULL,NULL,'runs:/9a7517bd51374a6eb86c643b9dc7a3d6/notes');
INSERT INTO model_versions VALUES('later',1,1795678897323,1795678897378,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','runs:/9a7517bd51374a6eb86c643b9dc7a3d6/notes');
INSERT INTO model_versions VALUES('later',2,1795678897338,1795678897338,NULL,NULL,'None','runs:/9a7517bd51374a6eb86c643b9dc7a3d6/notes','9a7517bd51374a6eb86c643b9dc7a3d6','READY',NULL,NULL,'runs:/9a7517bd51374a6eb86c643b9dc7a3d6/notes');
INSERT INTO model_versions VALUES('later',3,1795678897361,1795678897425,NULL,NULL,'Production','runs:/9a7517bd51374a6eb86c643b9dc7a3d6/notes','9a7517bd51374a6eb86c643b9dc7a3d6','READY',NULL,NULL,'runs:/9a7517bd51374a6eb86c643b9dc7a3d6/notes');
CREATE TABLE model_version_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT model_version_tag_pk PRIMARY KEY ("key", name, version), 
	FOREIGN KEY(name, version) REFERENCES model_versions (name, version) ON UPDATE cascade
);
INSERT INTO model_version_tags VALUES('vt','1','Churn model',2);
CREATE TABLE trace_info (
	request_id VARCHAR(50) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	timestamp_ms BIGINT NOT NULL, 
	execution_time_ms BIGINT, 
	status VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_info_pk PRIMARY KEY (request_id), 
	CONSTRAINT fk_trace_info_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
