package main

import "strings"

// Schemas that several values share.
var (
	quantity   = object{"type": []string{"string", "integer"}, "pattern": `^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$`}
	quantities = object{"type": "object", "additionalProperties": quantity}
	resources  = object{"type": "object", "additionalProperties": false, "properties": object{
		"requests": quantities, "limits": quantities, "claims": object{"type": "array"},
	}}
	texts    = object{"type": "object", "additionalProperties": object{"type": "string"}}
	objects  = object{"type": "array", "items": object{"type": "object"}}
	named    = object{"type": "array", "items": object{"type": "object", "required": []string{"name"}}}
	port     = object{"type": "integer", "minimum": 1, "maximum": 65535}
	ports    = object{"type": "array", "items": port, "minItems": 1}
	digest   = object{"type": "string", "pattern": `^(sha256:[a-f0-9]{64})?$`}
	nonempty = object{"type": "string", "minLength": 1}
	cidrs    = object{"type": "array", "items": object{"type": "string", "pattern": `^[0-9a-fA-F.:]+/[0-9]{1,3}$`}}
	// A name of an object in Kubernetes, or an empty text.
	name      = object{"type": "string", "pattern": `^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$`}
	namespace = object{"type": "string", "pattern": `^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$`}
	pull      = object{"type": "string", "enum": []string{"Always", "IfNotPresent", "Never"}}
	share     = object{"type": []string{"integer", "string"}, "minimum": 0, "pattern": `^[0-9]{1,3}%$`}
	settings  = object{
		"type": "object", "additionalProperties": false,
		// The chart has values of its own for secrets and ports.
		"propertyNames": object{"not": object{"pattern": `^(PORT|METRICS_PORT|MONGO_URI|MONGODB_DATABASE|REDIS_URL|API_KEY|CLAUSEA_EVIDENCE_KEY|DASHBOARD_(PASSWORD|PASSWORD_HASH|USERS)|.*_API_KEY)$`}},
		"patternProperties": object{"^[A-Z][A-Z0-9_]*$": object{
			"type": []string{"string", "number", "boolean", "array", "null"}, "items": object{"type": "string"},
		}},
	}
	hosts = object{"type": "array", "items": object{
		"type": "object", "additionalProperties": false, "required": []string{"host"}, "properties": object{
			"host":  object{"type": "string", "minLength": 1, "description": "Host name."},
			"paths": object{"type": "array", "items": object{"type": "string", "pattern": "^/"}, "description": "Path prefixes."},
		},
	}}
	paths = object{"type": "array", "minItems": 1, "items": object{"type": "string", "pattern": "^/"}}
)

// constraints are schemas of values by path. An element * stands for any one element.
var constraints = map[string]object{
	"commonLabels":                       texts,
	"image.repository":                   nonempty,
	"image.digest":                       digest,
	"image.pullPolicy":                   pull,
	"imagePullSecrets":                   named,
	"watchNamespace":                     namespace,
	"mongodb.uri":                        {"type": "string", "pattern": `^(mongodb(\+srv)?://.+)?$`},
	"*.existingSecret":                   name,
	"*.secretKey":                        nonempty,
	"mongodb.image.repository":           nonempty,
	"mongodb.image.digest":               digest,
	"mongodb.image.pullPolicy":           pull,
	"mongodb.cacheSizeGB":                {"type": "number", "minimum": 0.25},
	"mongodb.persistence.size":           quantity,
	"redis.url":                          {"type": "string", "pattern": `^(rediss?://.+)?$`},
	"settings":                           settings,
	"*.settings":                         settings,
	"*.resources":                        resources,
	"*.strategy.type":                    {"type": "string", "enum": []string{"RollingUpdate", "Recreate"}},
	"*.strategy.rollingUpdate":           {"type": []string{"object", "null"}, "additionalProperties": false, "properties": object{"maxSurge": share, "maxUnavailable": share}},
	"*.serviceAccount.annotations":       texts,
	"*.podAnnotations":                   texts,
	"*.podLabels":                        texts,
	"*.nodeSelector":                     texts,
	"*.tolerations":                      objects,
	"*.topologySpreadConstraints":        objects,
	"*.extraEnv":                         named,
	"*.extraEnvFrom":                     objects,
	"*.extraVolumes":                     named,
	"*.extraVolumeMounts":                named,
	"*.pdb.minAvailable":                 share,
	"*.service.type":                     {"type": "string", "enum": []string{"ClusterIP", "NodePort", "LoadBalancer"}},
	"*.service.port":                     port,
	"*.service.annotations":              texts,
	"*.ingress.annotations":              texts,
	"*.ingress.hosts":                    hosts,
	"*.ingress.tls":                      objects,
	"*.httpRoute.annotations":            texts,
	"*.httpRoute.parentRefs":             named,
	"*.httpRoute.hostnames":              {"type": "array", "items": nonempty},
	"*.httpRoute.paths":                  paths,
	"worker.execution":                   {"type": "string", "enum": []string{"InProcess", "Job"}},
	"worker.memory":                      quantity,
	"worker.template":                    {"type": "object", "additionalProperties": false, "properties": object{"metadata": object{"type": "object"}, "spec": object{"type": "object"}}},
	"api.namespace":                      namespace,
	"api.autoscaling.minReplicas":        {"type": "integer", "minimum": 1},
	"api.autoscaling.maxReplicas":        {"type": "integer", "minimum": 1},
	"networkPolicy.mongodbPorts":         ports,
	"networkPolicy.redisPort":            port,
	"networkPolicy.apiServerPorts":       ports,
	"networkPolicy.apiServerCIDRs":       cidrs,
	"networkPolicy.internalCIDRs":        cidrs,
	"networkPolicy.publicIPv6CIDRs":      cidrs,
	"networkPolicy.mongodbTo":            objects,
	"networkPolicy.redisTo":              objects,
	"networkPolicy.dnsTo":                objects,
	"networkPolicy.clientsFrom":          objects,
	"networkPolicy.metricsFrom":          objects,
	"networkPolicy.extraEgress":          objects,
	"monitoring.*.labels":                texts,
	"monitoring.*.annotations":           texts,
	"monitoring.serviceMonitor.interval": {"type": "string", "pattern": `^([0-9]+(ms|[smhd]))+$`},
}

// constraintOf returns the constraint of the value at path, and records that it is used.
func constraintOf(path string, used map[string]bool) (object, bool) {
	candidates := []string{path}
	elements := strings.Split(path, ".")
	for i := range elements[:len(elements)-1] {
		with := append([]string{}, elements...)
		with[i] = "*"
		candidates = append(candidates, strings.Join(with, "."))
	}
	for _, c := range candidates {
		if s, ok := constraints[c]; ok {
			used[c] = true
			return s, true
		}
	}
	return nil, false
}
