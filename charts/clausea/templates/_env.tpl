{{- /* The Secret with the connection string of MongoDB. */ -}}
{{- define "clausea.mongoSecret" -}}
{{- with .Values.mongodb -}}
{{- if gt (len (compact (list .existingSecret .uri (.enabled | ternary "mongodb" "")))) 1 -}}
{{ fail "set only one of mongodb.existingSecret, mongodb.uri and mongodb.enabled" }}
{{- else if .existingSecret -}}
{{ .existingSecret }}
{{- else if or .uri .enabled -}}
{{ include "clausea.fullname" $ }}
{{- else -}}
{{ fail "set mongodb.existingSecret, the Secret with the connection string of MongoDB, or mongodb.uri, or mongodb.enabled to try it out" }}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* The connection string in the Secret that the chart creates. */ -}}
{{- define "clausea.mongoURI" -}}
{{- if .Values.mongodb.enabled -}}
mongodb://{{ include "clausea.fullname" . }}-mongodb.{{ .Release.Namespace }}.svc:27017/clausea?directConnection=true
{{- else -}}
{{ .Values.mongodb.uri }}
{{- end -}}
{{- end }}

{{- define "clausea.mongoSecretKey" -}}
{{- if .Values.mongodb.existingSecret }}{{ .Values.mongodb.secretKey }}{{ else }}MONGO_URI{{ end -}}
{{- end }}

{{- /* Four fifths of a memory limit, as GOMEMLIMIT takes it. The rest is for memory outside the Go heap. */ -}}
{{- define "clausea.heapLimit" -}}
{{- $limit := . | toString -}}
{{- if hasSuffix "Mi" $limit -}}
{{ div (mul 4 (trimSuffix "Mi" $limit | int)) 5 }}MiB
{{- else if hasSuffix "Gi" $limit -}}
{{ div (mul 4 (mulf 1024 (trimSuffix "Gi" $limit | float64) | int)) 5 }}MiB
{{- end -}}
{{- end }}

{{- /*
The environment of a component, as a list in YAML. It fails if a name occurs twice: the API server
ignores one of the two, and server-side apply rejects both. Arguments: root, component, values
(of the component), env (a list that precedes the settings).
*/ -}}
{{- define "clausea.env" -}}
{{- $root := .root -}}
{{- $env := .env -}}
{{- $limit := dig "limits" "memory" "" .values.resources -}}
{{- $heap := include "clausea.heapLimit" $limit -}}
{{- if $heap }}{{ $env = append $env (dict "name" "GOMEMLIMIT" "value" $heap) }}{{ end -}}
{{- $ref := dict "name" (include "clausea.mongoSecret" $root) "key" (include "clausea.mongoSecretKey" $root) -}}
{{- $env = append $env (dict "name" "MONGO_URI" "valueFrom" (dict "secretKeyRef" $ref)) -}}
{{- with $root.Values.mongodb.database }}{{ $env = append $env (dict "name" "MONGODB_DATABASE" "value" .) }}{{ end -}}
{{- range $name, $value := merge (dict) .values.settings $root.Values.settings -}}
{{- if not (kindIs "invalid" $value) }}{{ $env = append $env (dict "name" $name "value" (include "clausea.settingValue" $value)) }}{{ end -}}
{{- end -}}
{{- range .values.extraEnv }}{{ $env = append $env . }}{{ end -}}
{{- $names := dict -}}
{{- range $env -}}
{{- if hasKey $names .name }}{{ fail (printf "%s: the chart sets the environment variable %s too: use the value for it, or remove it from settings and extraEnv" $.component .name) }}{{ end -}}
{{- $_ := set $names .name true -}}
{{- end -}}
{{- toYaml $env -}}
{{- end }}

{{- /* The text of a setting. Helm reads large numbers as floats, whose text would have an exponent. */ -}}
{{- define "clausea.settingValue" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else if kindIs "slice" . }}{{ join "," . }}{{ else }}{{ . }}{{ end -}}
{{- end }}

{{- /* The environment of processes that serve the API: where the resources are, and Redis. */ -}}
{{- define "clausea.servingEnv" -}}
{{- $env := list (dict "name" "CLAUSEA_RESOURCES" "value" "Kubernetes") -}}
{{- $env = append $env (dict "name" "CLAUSEA_API_NAMESPACE" "value" (include "clausea.servedNamespace" .)) -}}
{{- with .Values.redis -}}
{{- if and .url .existingSecret }}{{ fail "set only one of redis.url and redis.existingSecret" }}{{ end -}}
{{- if .existingSecret -}}
{{- $env = append $env (dict "name" "REDIS_URL" "valueFrom" (dict "secretKeyRef" (dict "name" .existingSecret "key" .secretKey))) -}}
{{- else if .url -}}
{{- $env = append $env (dict "name" "REDIS_URL" "valueFrom" (dict "secretKeyRef" (dict "name" (printf "%s-redis" (include "clausea.fullname" $)) "key" "REDIS_URL"))) -}}
{{- end -}}
{{- end -}}
{{- toYaml $env -}}
{{- end }}

{{- /* The partial pod template of the workers, with imagePullSecrets unless it has its own. */ -}}
{{- define "clausea.workerTemplate" -}}
{{- $template := deepCopy .Values.worker.template -}}
{{- with .Values.imagePullSecrets -}}
{{- $template = merge $template (dict "spec" (dict "imagePullSecrets" .)) -}}
{{- end -}}
{{- with $template }}{{ toYaml . }}{{ end -}}
{{- end }}
