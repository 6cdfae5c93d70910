CREATE TABLE IF NOT EXISTS "experiments" (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), 
	creation_time BIGINT, 
	last_update_time BIGINT, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT uq_experiments_workspace_name UNIQUE (workspace, name)
);
INSERT INTO experiments VALUES(0,'Default','/home/ada/project/mlruns/0','active',1795678860565,1795678860565,'default');
INSERT INTO experiments VALUES(1,'churn/first','/home/ada/project/mlruns/1','active',1795678860585,1795678860585,'default');
INSERT INTO experiments VALUES(2,'gone','/home/ada/project/mlruns/2','deleted',1795678860613,1795678866925,'default');
CREATE TABLE IF NOT EXISTS "experiment_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value TEXT, 
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
INSERT INTO runs VALUES('6d92b292750f4b0fa59c50ebdcffecb6','outer','UNKNOWN','','','root','FINISHED',1795678860901,1795678866901,'','active','/home/ada/project/mlruns/1/6d92b292750f4b0fa59c50ebdcffecb6/artifacts',1,NULL);
INSERT INTO runs VALUES('0a23220db6ef43caac243d8b07b774fe','inner','UNKNOWN','','','root','FINISHED',1795678866880,1795678866897,'','active','/home/ada/project/mlruns/1/0a23220db6ef43caac243d8b07b774fe/artifacts',1,NULL);
INSERT INTO runs VALUES('c07847e34db14bbd8ca75953a6525cd8','failed','UNKNOWN','','','root','FAILED',1795678866904,1795678866911,'','active','/home/ada/project/mlruns/1/c07847e34db14bbd8ca75953a6525cd8/artifacts',1,NULL);
INSERT INTO runs VALUES('fc78a70d0c11416ead822b5435a6c290','deleted one','UNKNOWN','','','unknown','RUNNING',1795678866913,NULL,'','deleted','/home/ada/project/mlruns/1/fc78a70d0c11416ead822b5435a6c290/artifacts',1,1795678866918);
INSERT INTO runs VALUES('9eb39c780e1f480dabb66676b0692d0d','skillful-wren-411','UNKNOWN','','','unknown','RUNNING',1795678866920,NULL,'','deleted','/home/ada/project/mlruns/2/9eb39c780e1f480dabb66676b0692d0d/artifacts',2,1795678866926);
CREATE TABLE IF NOT EXISTS "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO tags VALUES('mlflow.user','root','6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO tags VALUES('mlflow.source.name','../make.py','6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO tags VALUES('mlflow.note.content','desc **x**','6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO tags VALUES('mlflow.runName','outer','6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO tags VALUES('mlflow.user','root','0a23220db6ef43caac243d8b07b774fe');
INSERT INTO tags VALUES('mlflow.source.name','../make.py','0a23220db6ef43caac243d8b07b774fe');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','0a23220db6ef43caac243d8b07b774fe');
INSERT INTO tags VALUES('mlflow.parentRunId','6d92b292750f4b0fa59c50ebdcffecb6','0a23220db6ef43caac243d8b07b774fe');
INSERT INTO tags VALUES('mlflow.runName','inner','0a23220db6ef43caac243d8b07b774fe');
INSERT INTO tags VALUES('mlflow.user','root','c07847e34db14bbd8ca75953a6525cd8');
INSERT INTO tags VALUES('mlflow.source.name','../make.py','c07847e34db14bbd8ca75953a6525cd8');
INSERT INTO tags VALUES('mlflow.source.type','LOCAL','c07847e34db14bbd8ca75953a6525cd8');
INSERT INTO tags VALUES('mlflow.runName','failed','c07847e34db14bbd8ca75953a6525cd8');
INSERT INTO tags VALUES('mlflow.runName','deleted one','fc78a70d0c11416ead822b5435a6c290');
INSERT INTO tags VALUES('mlflow.runName','skillful-wren-411','9eb39c780e1f480dabb66676b0692d0d');
CREATE TABLE IF NOT EXISTS "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO params VALUES('lr','0.1','6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO params VALUES('depth','3','6d92b292750f4b0fa59c50ebdcffecb6');
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
INSERT INTO metrics VALUES('loss',1.0,1795678860961,'6d92b292750f4b0fa59c50ebdcffecb6',0,0);
INSERT INTO metrics VALUES('loss',0.5,1795678860976,'6d92b292750f4b0fa59c50ebdcffecb6',1,0);
INSERT INTO metrics VALUES('loss',0.33333333333333331482,1795678860996,'6d92b292750f4b0fa59c50ebdcffecb6',2,0);
INSERT INTO metrics VALUES('loss',0.25,1795678861024,'6d92b292750f4b0fa59c50ebdcffecb6',3,0);
INSERT INTO metrics VALUES('loss',0.2000000000000000111,1795678861046,'6d92b292750f4b0fa59c50ebdcffecb6',4,0);
INSERT INTO metrics VALUES('loss',0.16666666666666665741,1795678861074,'6d92b292750f4b0fa59c50ebdcffecb6',5,0);
INSERT INTO metrics VALUES('loss',0.14285714285714284921,1795678861097,'6d92b292750f4b0fa59c50ebdcffecb6',6,0);
INSERT INTO metrics VALUES('loss',0.125,1795678861116,'6d92b292750f4b0fa59c50ebdcffecb6',7,0);
INSERT INTO metrics VALUES('loss',0.11111111111111110494,1795678861136,'6d92b292750f4b0fa59c50ebdcffecb6',8,0);
INSERT INTO metrics VALUES('loss',0.10000000000000000555,1795678861156,'6d92b292750f4b0fa59c50ebdcffecb6',9,0);
INSERT INTO metrics VALUES('loss',0.090909090909090911614,1795678861174,'6d92b292750f4b0fa59c50ebdcffecb6',10,0);
INSERT INTO metrics VALUES('loss',0.083333333333333328707,1795678861196,'6d92b292750f4b0fa59c50ebdcffecb6',11,0);
INSERT INTO metrics VALUES('loss',0.076923076923076927347,1795678861220,'6d92b292750f4b0fa59c50ebdcffecb6',12,0);
INSERT INTO metrics VALUES('loss',0.071428571428571424606,1795678861236,'6d92b292750f4b0fa59c50ebdcffecb6',13,0);
INSERT INTO metrics VALUES('loss',0.066666666666666665741,1795678861248,'6d92b292750f4b0fa59c50ebdcffecb6',14,0);
INSERT INTO metrics VALUES('loss',0.0625,1795678861264,'6d92b292750f4b0fa59c50ebdcffecb6',15,0);
INSERT INTO metrics VALUES('loss',0.058823529411764705066,1795678861280,'6d92b292750f4b0fa59c50ebdcffecb6',16,0);
INSERT INTO metrics VALUES('loss',0.055555555555555552471,1795678861299,'6d92b292750f4b0fa59c50ebdcffecb6',17,0);
INSERT INTO metrics VALUES('loss',0.05263157894736841813,1795678861312,'6d92b292750f4b0fa59c50ebdcffecb6',18,0);
INSERT INTO metrics VALUES('loss',0.050000000000000002775,1795678861332,'6d92b292750f4b0fa59c50ebdcffecb6',19,0);
INSERT INTO metrics VALUES('loss',0.047619047619047616404,1795678861356,'6d92b292750f4b0fa59c50ebdcffecb6',20,0);
INSERT INTO metrics VALUES('loss',0.045454545454545455807,1795678861376,'6d92b292750f4b0fa59c50ebdcffecb6',21,0);
INSERT INTO metrics VALUES('loss',0.043478260869565216184,1795678861400,'6d92b292750f4b0fa59c50ebdcffecb6',22,0);
INSERT INTO metrics VALUES('loss',0.041666666666666664353,1795678861420,'6d92b292750f4b0fa59c50ebdcffecb6',23,0);
INSERT INTO metrics VALUES('loss',0.040000000000000000832,1795678861440,'6d92b292750f4b0fa59c50ebdcffecb6',24,0);
INSERT INTO metrics VALUES('loss',0.038461538461538463673,1795678861464,'6d92b292750f4b0fa59c50ebdcffecb6',25,0);
INSERT INTO metrics VALUES('loss',0.037037037037037034981,1795678861480,'6d92b292750f4b0fa59c50ebdcffecb6',26,0);
INSERT INTO metrics VALUES('loss',0.035714285714285712303,1795678861496,'6d92b292750f4b0fa59c50ebdcffecb6',27,0);
INSERT INTO metrics VALUES('loss',0.034482758620689654693,1795678861516,'6d92b292750f4b0fa59c50ebdcffecb6',28,0);
INSERT INTO metrics VALUES('loss',0.03333333333333333287,1795678861528,'6d92b292750f4b0fa59c50ebdcffecb6',29,0);
INSERT INTO metrics VALUES('bad',0.0,1795678861544,'6d92b292750f4b0fa59c50ebdcffecb6',0,1);
INSERT INTO metrics VALUES('up',1.7976931348623156223e+308,1795678861560,'6d92b292750f4b0fa59c50ebdcffecb6',3,0);
INSERT INTO metrics VALUES('down',-1.7976931348623156223e+308,1795678861574,'6d92b292750f4b0fa59c50ebdcffecb6',0,0);
INSERT INTO metrics VALUES('acc',0.5,1795678866885,'0a23220db6ef43caac243d8b07b774fe',0,0);
INSERT INTO metrics VALUES('macc',0.75,1795678866892,'0a23220db6ef43caac243d8b07b774fe',0,0);
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
INSERT INTO latest_metrics VALUES('loss',0.03333333333333333287,1795678861528,29,0,'6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO latest_metrics VALUES('bad',0.0,1795678861544,0,1,'6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO latest_metrics VALUES('up',1.7976931348623156223e+308,1795678861560,3,0,'6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO latest_metrics VALUES('down',-1.7976931348623156223e+308,1795678861574,0,0,'6d92b292750f4b0fa59c50ebdcffecb6');
INSERT INTO latest_metrics VALUES('acc',0.5,1795678866885,0,0,'0a23220db6ef43caac243d8b07b774fe');
INSERT INTO latest_metrics VALUES('macc',0.75,1795678866892,0,0,'0a23220db6ef43caac243d8b07b774fe');
CREATE TABLE IF NOT EXISTS "datasets" (
	dataset_uuid VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	digest VARCHAR(36) NOT NULL, 
	dataset_source_type VARCHAR(36) NOT NULL, 
	dataset_source TEXT NOT NULL, 
	dataset_schema TEXT, 
	dataset_profile TEXT, 
	CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), 
	CONSTRAINT fk_datasets_experiment_id_experiments FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
INSERT INTO datasets VALUES('ac3018cc6cc94e2c9007de4d7abb4bac',1,'train','a27a57c9','http','{"url": "http://x/y.csv"}','{"mlflow_colspec": [{"type": "long", "name": "a", "required": true}, {"type": "double", "name": "b", "required": true}]}','{"num_rows": 2, "num_elements": 4}');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO inputs VALUES('ecd93ccb4f2846e394df41c154e8388e','DATASET','ac3018cc6cc94e2c9007de4d7abb4bac','RUN','6d92b292750f4b0fa59c50ebdcffecb6',0);
INSERT INTO inputs VALUES('787e87c6424446c79ed464c4feed13d8','RUN_OUTPUT','6d92b292750f4b0fa59c50ebdcffecb6','MODEL_OUTPUT','m-5bb5e0ec96b64afe855a152bf4611860',0);
INSERT INTO inputs VALUES('fabdd85fcf07480b8548ac609cad626a','RUN_INPUT','0a23220db6ef43caac243d8b07b774fe','MODEL_INPUT','m-5bb5e0ec96b64afe855a152bf4611860',0);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO input_tags VALUES('ecd93ccb4f2846e394df41c154e8388e','k','v');
INSERT INTO input_tags VALUES('ecd93ccb4f2846e394df41c154e8388e','mlflow.data.context','training');
CREATE TABLE IF NOT EXISTS "registered_models" (
	name VARCHAR(256) NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT registered_model_pk PRIMARY KEY (workspace, name)
);
INSERT INTO registered_models VALUES('Churn model',1795678866862,1795678866928,NULL,'default');
INSERT INTO registered_models VALUES('empty',1795678866932,1795678866932,'rd','default');
INSERT INTO registered_models VALUES('later',1795678866935,1795678866966,NULL,'default');
CREATE TABLE IF NOT EXISTS "registered_model_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	name VARCHAR(256) NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT registered_model_tag_pk PRIMARY KEY (workspace, "key", name), 
	CONSTRAINT fk_registered_model_tags_registered_models FOREIGN KEY(workspace, name) REFERENCES registered_models (workspace, name) ON UPDATE CASCADE
);
INSERT INTO registered_model_tags VALUES('rt','2','empty','default');
CREATE TABLE IF NOT EXISTS "registered_model_aliases" (
	alias VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT registered_model_alias_pk PRIMARY KEY (workspace, name, alias), 
	CONSTRAINT fk_registered_model_aliases_registered_models FOREIGN KEY(workspace, name) REFERENCES registered_models (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO registered_model_aliases VALUES('champion',2,'later','default');
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
	run_link VARCHAR(500), 
	storage_location VARCHAR(500), 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT model_version_pk PRIMARY KEY (workspace, name, version), 
	CONSTRAINT fk_model_versions_registered_models FOREIGN KEY(workspace, name) REFERENCES registered_models (workspace, name) ON UPDATE CASCADE
);
INSERT INTO model_versions VALUES('Churn model',1,1795678866869,1795678866869,NULL,NULL,'None','models:/m-5bb5e0ec96b64afe855a152bf4611860','6d92b292750f4b0fa59c50ebdcffecb6','READY',NULL,NULL,'/home/ada/project/mlruns/1/models/m-5bb5e0ec96b64afe855a152bf4611860/artifacts','default');
INSERT INTO model_versions VALUES('Churn model',2,1795678866928,1795678866928,'second',NULL,'None','runs:/6d92b292750f4b0fa59c50ebdcffecb6/notes','6d92b292750f4b0fa59c50ebdcffecb6','READY',NULL,NULL,'runs:/6d92b292750f4b0fa59c50ebdcffecb6/notes','default');
INSERT INTO model_versions VALUES('later',1,1795678866937,1795678866952,NULL,NULL,'Deleted_Internal','REDACTED-SOURCE-PATH','REDACTED-RUN-ID','READY',NULL,'REDACTED-RUN-LINK','runs:/6d92b292750f4b0fa59c50ebdcffecb6/notes','default');
INSERT INTO model_versions VALUES('later',2,1795678866940,1795678866940,NULL,NULL,'None','runs:/6d92b292750f4b0fa59c50ebdcffecb6/notes','6d92b292750f4b0fa59c50ebdcffecb6','READY',NULL,NULL,'runs:/6d92b292750f4b0fa59c50ebdcffecb6/notes','default');
INSERT INTO model_versions VALUES('later',3,1795678866943,1795678866966,NULL,NULL,'Production','runs:/6d92b292750f4b0fa59c50ebdcffecb6/notes','6d92b292750f4b0fa59c50ebdcffecb6','READY',NULL,NULL,'runs:/6d92b292750f4b0fa59c50ebdcffecb6/notes','default');
CREATE TABLE IF NOT EXISTS "model_version_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value TEXT, 
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT model_version_tag_pk PRIMARY KEY (workspace, "key", name, version), 
	CONSTRAINT fk_model_version_tags_model_versions FOREIGN KEY(workspace, name, version) REFERENCES model_versions (workspace, name, version) ON UPDATE CASCADE
);
INSERT INTO model_version_tags VALUES('vt','1','Churn model',2,'default');
CREATE TABLE logged_models (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	artifact_location VARCHAR(1000) NOT NULL, 
	creation_timestamp_ms BIGINT NOT NULL, 
	last_updated_timestamp_ms BIGINT NOT NULL, 
	status INTEGER NOT NULL, 
	lifecycle_stage VARCHAR(32), 
	model_type VARCHAR(500), 
	source_run_id VARCHAR(32), 
	status_message VARCHAR(1000), 
	CONSTRAINT logged_models_pk PRIMARY KEY (model_id), 
	CONSTRAINT logged_models_lifecycle_stage_check CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT fk_logged_models_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
INSERT INTO logged_models VALUES('m-5bb5e0ec96b64afe855a152bf4611860',1,'model','/home/ada/project/mlruns/1/models/m-5bb5e0ec96b64afe855a152bf4611860/artifacts',1795678861667,1795678866845,2,'active',NULL,'6d92b292750f4b0fa59c50ebdcffecb6',NULL);
CREATE TABLE logged_model_params (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	param_key VARCHAR(255) NOT NULL, 
	param_value TEXT NOT NULL, 
	CONSTRAINT logged_model_params_pk PRIMARY KEY (model_id, param_key), 
	CONSTRAINT fk_logged_model_params_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_params_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
INSERT INTO logged_model_params VALUES('m-5bb5e0ec96b64afe855a152bf4611860',1,'lr','0.1');
INSERT INTO logged_model_params VALUES('m-5bb5e0ec96b64afe855a152bf4611860',1,'depth','3');
CREATE TABLE logged_model_tags (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	tag_key VARCHAR(255) NOT NULL, 
	tag_value TEXT NOT NULL, 
	CONSTRAINT logged_model_tags_pk PRIMARY KEY (model_id, tag_key), 
	CONSTRAINT fk_logged_model_tags_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_tags_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
INSERT INTO logged_model_tags VALUES('m-5bb5e0ec96b64afe855a152bf4611860',1,'mlflow.user','root');
INSERT INTO logged_model_tags VALUES('m-5bb5e0ec96b64afe855a152bf4611860',1,'mlflow.source.name','../make.py');
INSERT INTO logged_model_tags VALUES('m-5bb5e0ec96b64afe855a152bf4611860',1,'mlflow.source.type','LOCAL');
INSERT INTO logged_model_tags VALUES('m-5bb5e0ec96b64afe855a152bf4611860',1,'mlflow.modelVersions','[{"name": "Churn model", "version": 1}]');
CREATE TABLE logged_model_metrics (
	model_id VARCHAR(36) NOT NULL, 
	metric_name VARCHAR(500) NOT NULL, 
	metric_timestamp_ms BIGINT NOT NULL, 
	metric_step BIGINT NOT NULL, 
	metric_value FLOAT, 
	experiment_id INTEGER NOT NULL, 
	run_id VARCHAR(32) NOT NULL, 
	dataset_uuid VARCHAR(36), 
	dataset_name VARCHAR(500), 
	dataset_digest VARCHAR(36), 
	CONSTRAINT logged_model_metrics_pk PRIMARY KEY (model_id, metric_name, metric_timestamp_ms, metric_step, run_id), 
	CONSTRAINT fk_logged_model_metrics_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_metrics_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE, 
	CONSTRAINT fk_logged_model_metrics_run_id FOREIGN KEY(run_id) REFERENCES runs (run_uuid) ON DELETE CASCADE
);
INSERT INTO logged_model_metrics VALUES('m-5bb5e0ec96b64afe855a152bf4611860','loss',1795678860961,0,1.0,1,'6d92b292750f4b0fa59c50ebdcffecb6',NULL,NULL,NULL);
INSERT INTO logged_model_metrics VALUES('m-5bb5e0ec96b64afe855a152bf4611860','bad',1795678861544,0,0.0,1,'6d92b292750f4b0fa59c50ebdcffecb6',NULL,NULL,NULL);
INSERT INTO logged_model_metrics VALUES('m-5bb5e0ec96b64afe855a152bf4611860','down',1795678861574,0,-1.7976931348623156223e+308,1,'6d92b292750f4b0fa59c50ebdcffecb6',NULL,NULL,NULL);
INSERT INTO logged_model_metrics VALUES('m-5bb5e0ec96b64afe855a152bf4611860','macc',1795678866892,0,0.75,1,'0a23220db6ef43caac243d8b07b774fe',NULL,NULL,NULL);
CREATE TABLE IF NOT EXISTS "trace_info" (
	request_id VARCHAR(50) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	timestamp_ms BIGINT NOT NULL, 
	execution_time_ms BIGINT, 
	status VARCHAR(50) NOT NULL, 
	client_request_id VARCHAR(50), 
	request_preview VARCHAR(1000), 
	response_preview VARCHAR(1000), 
	db_payload_generation INTEGER DEFAULT '0' NOT NULL, trace_name VARCHAR(4096), session_id VARCHAR(250), input_tokens BIGINT, output_tokens BIGINT, total_tokens BIGINT, cache_read_input_tokens BIGINT, cache_creation_input_tokens BIGINT, cache_creation_input_tokens_above_1hr BIGINT, input_cost FLOAT, output_cost FLOAT, total_cost FLOAT, 
	CONSTRAINT trace_info_pk PRIMARY KEY (request_id), 
	CONSTRAINT fk_trace_info_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
