{{- /* The security context of a container that complies with the restricted Pod Security Standard. */ -}}
{{- define "clausea.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "clausea.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- /* What places pods. The argument has the values of a component. */ -}}
{{- define "clausea.placement" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /*
The strategy of a Deployment. With Recreate, rollingUpdate is set to null: otherwise, the defaults of
an earlier RollingUpdate stay after server-side apply, and the API server rejects them.
*/ -}}
{{- define "clausea.strategy" -}}
type: {{ .type }}
{{- if eq .type "Recreate" }}
rollingUpdate: null
{{- else }}
{{- with .rollingUpdate }}
rollingUpdate:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{- /*
A Deployment. Arguments: root, component, values (of the component), env (that precedes the settings,
as YAML), grace (terminationGracePeriodSeconds), probePort (of startup and liveness), secret (that the
chart creates for the component, optional), volumes and volumeMounts (lists, optional).
*/ -}}
{{- define "clausea.deployment" -}}
{{- $root := .root -}}
{{- $values := .values -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "clausea.fullname" $root }}-{{ .component }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "clausea.labels" . | nindent 4 }}
spec:
  {{- if not (dig "autoscaling" "enabled" false $values) }}
  replicas: {{ $values.replicas }}
  {{- end }}
  strategy:
    {{- include "clausea.strategy" $values.strategy | nindent 4 }}
  selector:
    matchLabels:
      {{- include "clausea.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "clausea.selector" . | nindent 8 }}
        {{- with merge (dict) $values.podLabels $root.Values.commonLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        kubectl.kubernetes.io/default-container: {{ .component }}
        # Pods read their Secrets and ConfigMaps at the start: a change restarts them.
        checksum/config: {{ include "clausea.checksum" $root }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "clausea.serviceAccount" . }}
      terminationGracePeriodSeconds: {{ .grace }}
      # Environment variables of Services have names that depend on other releases.
      enableServiceLinks: false
      securityContext:
        {{- include "clausea.podSecurityContext" . | nindent 8 }}
      {{- with $root.Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with include "clausea.placement" $values | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with include "clausea.initContainers" $root }}
      initContainers:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "clausea.image" $root }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args: [{{ .component }}]
          env:
            {{- include "clausea.env" (dict "root" $root "component" .component "values" $values "env" (fromYamlArray .env)) | nindent 12 }}
          {{- $from := compact (list .secret $values.existingSecret) }}
          {{- if or $from $values.extraEnvFrom }}
          envFrom:
            {{- range $from }}
            - secretRef: {name: {{ . }}}
            {{- end }}
            {{- with $values.extraEnvFrom }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          {{- end }}
          ports:
            - {name: http, containerPort: 8080}
            - {name: metrics, containerPort: 9090}
          # The port opens before the store and the cluster are available. /readyz says what is missing.
          startupProbe:
            httpGet: {path: /livez, port: {{ .probePort }}}
            periodSeconds: 1
            failureThreshold: 30
          livenessProbe: # on a port whose connections clients of the API cannot use up
            httpGet: {path: /livez, port: {{ .probePort }}}
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
            timeoutSeconds: 3
          {{- if eq .probePort "metrics" }}
          lifecycle:
            # Until the load balancers know that this pod ends.
            preStop: {sleep: {seconds: 5}}
          {{- end }}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          securityContext:
            {{- include "clausea.securityContext" . | nindent 12 }}
          {{- $mounts := concat (.volumeMounts | default list) $values.extraVolumeMounts }}
          {{- with $mounts }}
          volumeMounts:
            {{- toYaml . | nindent 12 }}
          {{- end }}
      {{- $volumes := concat (.volumes | default list) $values.extraVolumes }}
      {{- with $volumes }}
      volumes:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}

{{- /* A hash of the Secrets and ConfigMaps that the chart creates. */ -}}
{{- define "clausea.checksum" -}}
{{- $redis := dict "url" .Values.redis.url -}}
{{- list (include "clausea.mongoURI" .) $redis .Values.api.key .Values.dashboard.password .Values.worker.template | toJson | sha256sum | trunc 16 -}}
{{- end }}

{{- /* A ServiceAccount. Arguments: root, component, values. */ -}}
{{- define "clausea.serviceAccountObject" -}}
{{- if .values.serviceAccount.create }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "clausea.serviceAccount" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "clausea.labels" . | nindent 4 }}
  {{- with .values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{- /* The Service of a component for clients. Arguments: root, component, values. */ -}}
{{- define "clausea.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "clausea.fullname" .root }}-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "clausea.labels" . | nindent 4 }}
  {{- with .values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .values.service.type }}
  selector:
    {{- include "clausea.selector" . | nindent 4 }}
  ports:
    - {name: http, port: {{ .values.service.port }}, targetPort: http}
{{- end }}

{{- /*
The Service of a component for Prometheus. It is apart, so that an Ingress or a load balancer does not
publish the metrics. Arguments: root, component.
*/ -}}
{{- define "clausea.metricsService" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "clausea.fullname" .root }}-{{ .component }}-metrics
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "clausea.labels" . | nindent 4 }}
    clausea.co/metrics: "true"
spec:
  selector:
    {{- include "clausea.selector" . | nindent 4 }}
  # A process that is not ready has metrics too.
  publishNotReadyAddresses: true
  ports:
    - {name: metrics, port: 9090, targetPort: metrics}
{{- end }}
