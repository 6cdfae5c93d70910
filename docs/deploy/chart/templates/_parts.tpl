{{- define "studio.name" -}}
{{- default (ternary .Release.Name (printf "%s-mlops-studio" .Release.Name) (contains "mlops-studio" .Release.Name)) .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "studio.selector" -}}
app.kubernetes.io/name: mlops-studio
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "studio.labels" -}}
{{ include "studio.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The dictionary has top and part. */}}
{{- define "studio.image" -}}
{{- $image := ternary .top.Values.workerImage .top.Values.image (or (eq .part "worker") (eq .part "router")) -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default .top.Chart.AppVersion $image.tag }}
{{- end -}}
{{- end }}

{{- define "studio.account" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "studio.name" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end }}

{{- define "studio.claim" -}}
{{- if .Values.data.existingClaim -}}
{{ .Values.data.existingClaim }}
{{- else if .Values.data.create -}}
{{ include "studio.name" . }}-data
{{- end -}}
{{- end }}

{{/* What all pods have: nobody's rights, a root that cannot be written. The dictionary has top and claim. */}}
{{- define "studio.pod" -}}
{{- with .top.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
volumes:
  - name: tmp
    emptyDir: {}
  - name: data
    {{- with .claim }}
    persistentVolumeClaim: {claimName: {{ . }}}
    {{- else }}
    emptyDir: {}
    {{- end }}
  - name: secret
    secret:
      secretName: {{ .top.Values.existingSecret }}
      defaultMode: 0440
{{- end }}

{{/* The dictionary has top and part. */}}
{{- define "studio.container" -}}
image: {{ include "studio.image" . }}
imagePullPolicy: {{ .top.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  - {name: data, mountPath: /var/lib/mlops}
  - {name: secret, mountPath: /run/secrets/mlops, readOnly: true}
{{- end }}

{{- define "studio.environment" -}}
- {name: MLOPS_URL, value: {{ .Values.url | quote }}}
- {name: MLOPS_ROUTER_URL, value: {{ default .Values.url .Values.routerUrl | quote }}}
- {name: MLOPS_INNER_URL, value: "http://{{ include "studio.name" . }}-web:8000"}
- {name: MLOPS_INNER_ROUTER_URL, value: "http://{{ include "studio.name" . }}-router:8001"}
- {name: MLOPS_STORAGE_URL, value: {{ .Values.storage.url | quote }}}
- {name: MLOPS_SECRET_KEY_FILE, value: /run/secrets/mlops/secret-key}
- {name: MLOPS_DATABASE_URL_FILE, value: /run/secrets/mlops/database-url}
- {name: MLOPS_BROKER_URL_FILE, value: /run/secrets/mlops/broker-url}
- {name: MLOPS_ROUTER_TOKEN_FILE, value: /run/secrets/mlops/router-token}
{{- if include "studio.claim" . }}
- {name: MLOPS_DATA_DIR_SHARED, value: "1"}
{{- end }}
{{- if .Values.storage.useCredentialsOfSecret }}
- {name: AWS_SHARED_CREDENTIALS_FILE, value: /run/secrets/mlops/storage-credentials}
{{- end }}
{{- if .Values.kubernetesSteps.enabled }}
- {name: MLOPS_STEP_CONTAINERS, value: kubernetes}
- {name: MLOPS_STEP_CLAIM, value: {{ required "kubernetesSteps needs a claim: data.create or data.existingClaim" (include "studio.claim" .) }}}
- {name: MLOPS_STEP_NETWORK, value: {{ .Values.kubernetesSteps.network }}}
- {name: MLOPS_STEP_PENDING_MINUTES, value: {{ .Values.kubernetesSteps.pendingMinutes | quote }}}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A Deployment of one part: the dictionary has top, part, port (0: none) and values. */}}
{{- define "studio.deployment" -}}
{{- $top := .top -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "studio.name" $top }}-{{ .part }}
  labels:
    {{- include "studio.labels" $top | nindent 4 }}
    app.kubernetes.io/component: {{ .part }}
spec:
  {{- if not .values.autoscaling.enabled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "studio.selector" $top | nindent 6 }}
      app.kubernetes.io/component: {{ .part }}
  template:
    metadata:
      labels:
        {{- include "studio.labels" $top | nindent 8 }}
        app.kubernetes.io/component: {{ .part }}
      {{- with .values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "studio.pod" (dict "top" $top "claim" (include "studio.claim" $top)) | nindent 6 }}
      {{- if eq .part "worker" }}
      serviceAccountName: {{ include "studio.account" $top }}
      automountServiceAccountToken: {{ or $top.Values.kubernetesTarget.enabled $top.Values.kubernetesSteps.enabled }}
      {{- else }}
      automountServiceAccountToken: false
      {{- end }}
      terminationGracePeriodSeconds: {{ .grace }}
      {{- with .values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "studio.selector" $top | nindent 14 }}
              app.kubernetes.io/component: {{ .part }}
      containers:
        - name: {{ .part }}
          {{- include "studio.container" (dict "top" $top "part" .part) | nindent 10 }}
          args:
            - serve
            - {{ .part }}
            {{- if .port }}
            - --host=0.0.0.0
            - --port={{ .port }}
            {{- end }}
            {{- if eq .part "router" }}
            - --feed=http://{{ include "studio.name" $top }}-web:8000
            - --address=http://$(POD_ADDRESS):{{ .port }}
            {{- end }}
          env:
            {{- include "studio.environment" $top | nindent 12 }}
            {{- if eq .part "router" }}
            - name: POD_ADDRESS
              valueFrom: {fieldRef: {fieldPath: status.podIP}}
            {{- end }}
            {{- if eq .part "web" }}
            - {name: FORWARDED_ALLOW_IPS, value: "*"}
            {{- end }}
            {{- with .values.stepSlots }}
            - {name: MLOPS_STEP_SLOTS, value: {{ . | quote }}}
            {{- end }}
          resources: {{- toYaml .values.resources | nindent 12 }}
          {{- if .port }}
          ports:
            - {name: http, containerPort: {{ .port }}}
          startupProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 3
            failureThreshold: 200
          livenessProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: {path: {{ .ready }}, port: http}
            periodSeconds: 5
            timeoutSeconds: 5
          {{- else }}
          startupProbe:
            exec: {command: [mlops, serve, check, {{ .part }}]}
            periodSeconds: 5
            timeoutSeconds: 10
            failureThreshold: 120
          livenessProbe:
            exec: {command: [mlops, serve, check, {{ .part }}]}
            periodSeconds: 30
            timeoutSeconds: 15
            failureThreshold: 4
          {{- end }}
{{- end }}

{{- define "studio.autoscaler" -}}
{{- $top := .top -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "studio.name" $top }}-{{ .part }}
  labels: {{- include "studio.labels" $top | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "studio.name" $top }}-{{ .part }}
  minReplicas: {{ .values.autoscaling.minReplicas }}
  maxReplicas: {{ .values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .values.autoscaling.targetCPUUtilizationPercentage }}
  behavior:
    scaleDown: {stabilizationWindowSeconds: 300}
{{- end }}
