{{- define "clausea.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- /* The name of the objects: at most 40 characters, so that a suffix fits. */ -}}
{{- define "clausea.fullname" -}}
{{- $name := include "clausea.name" . -}}
{{- $full := printf "%s-%s" .Release.Name $name -}}
{{- if contains $name .Release.Name }}{{ $full = .Release.Name }}{{ end -}}
{{- .Values.fullnameOverride | default $full | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- /* The labels of an object. Arguments: root, component (optional). */ -}}
{{- define "clausea.labels" -}}
{{- $root := .root -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{ include "clausea.selector" . }}
{{- end }}

{{- /* The labels that select the pods of a component. Arguments: root, component (optional). */ -}}
{{- define "clausea.selector" -}}
app.kubernetes.io/name: {{ include "clausea.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "clausea.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* The namespace of the Companies that the API and the dashboard serve. */ -}}
{{- define "clausea.servedNamespace" -}}
{{- .Values.api.namespace | default .Values.watchNamespace | default .Release.Namespace -}}
{{- end }}

{{- /* The name of the ServiceAccount of a component. Arguments: root, component. */ -}}
{{- define "clausea.serviceAccount" -}}
{{- $name := .values.serviceAccount.name -}}
{{- if $name }}{{ $name }}{{ else if .values.serviceAccount.create }}{{ include "clausea.fullname" .root }}-{{ .component }}{{ else }}default{{ end -}}
{{- end }}

{{- /* Init containers of all components: they initiate the replica set of the bundled MongoDB. */ -}}
{{- define "clausea.initContainers" -}}
{{- if .Values.mongodb.enabled -}}
- name: replica-set
  image: {{ include "clausea.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args: [migrate, replica-set, --host, "127.0.0.1:27017"]
  env:
    - name: MONGO_URI
      valueFrom: {secretKeyRef: {name: {{ include "clausea.mongoSecret" . }}, key: MONGO_URI}}
  resources:
    requests: {cpu: 10m, memory: 32Mi, ephemeral-storage: 16Mi}
    limits: {memory: 128Mi, ephemeral-storage: 64Mi}
  securityContext:
    {{- include "clausea.securityContext" . | nindent 4 }}
{{- end -}}
{{- end }}
