package chart

import (
	"strings"
	"testing"
)

const valid = "mongodb: {existingSecret: mongo}\ndashboard: {existingSecret: dash}\n"

func TestWrongValuesAreRejected(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ values, want string }{
		"no store":                     {"dashboard: {existingSecret: dash}", "set mongodb.existingSecret"},
		"two stores":                   {"mongodb: {existingSecret: mongo, enabled: true}\ndashboard: {existingSecret: dash}", "set only one of mongodb"},
		"no user of the dashboard":     {"mongodb: {existingSecret: mongo}", "the dashboard has no user"},
		"an unknown value":             {valid + "mongo: {}", "additional properties 'mongo' not allowed"},
		"an unknown value below":       {valid + "api: {replicaCount: 2}", "additional properties 'replicaCount' not allowed"},
		"a number as a text":           {valid + `api: {replicas: "2"}`, "got string, want integer"},
		"negative replicas":            {valid + "operator: {replicas: -1}", "minimum"},
		"an unknown execution":         {valid + "worker: {execution: Pod}", "must be one of"},
		"an unknown strategy":          {valid + "operator: {strategy: {type: OnDelete}}", "must be one of"},
		"a wrong digest":               {valid + "image: {digest: abc}", "does not match pattern"},
		"a wrong quantity":             {valid + "operator: {resources: {limits: {memory: 384MB}}}", "does not match pattern"},
		"an unknown resource section":  {valid + "operator: {resources: {limit: {}}}", "additional properties 'limit' not allowed"},
		"a wrong connection string":    {"mongodb: {uri: postgres://x}\ndashboard: {existingSecret: dash}", "does not match pattern"},
		"a setting in lower case":      {valid + "settings: {log-level: debug}", "additional properties 'log-level' not allowed"},
		"a secret as a setting":        {valid + "settings: {MONGO_URI: mongodb://x}", "invalid propertyName"},
		"a port as a setting":          {valid + "api: {settings: {PORT: 80}}", "invalid propertyName"},
		"a key as a setting":           {valid + "operator: {settings: {OPENAI_API_KEY: x}}", "invalid propertyName"},
		"an environment without name":  {valid + "api: {extraEnv: [{value: x}]}", "missing property 'name'"},
		"a repeated variable":          {valid + "api: {extraEnv: [{name: MONGO_URI, value: x}]}", "the chart sets the environment variable MONGO_URI too"},
		"a setting and a variable":     {valid + "settings: {LOG_LEVEL: debug}\napi: {extraEnv: [{name: LOG_LEVEL, value: info}]}", "the chart sets the environment variable LOG_LEVEL too"},
		"a setting that has a value":   {valid + "operator: {settings: {CLAUSEA_EXECUTION: Job}}", "the chart sets the environment variable CLAUSEA_EXECUTION too"},
		"minimum above maximum":        {valid + "api: {autoscaling: {enabled: true, minReplicas: 7}}", "minReplicas exceeds maxReplicas"},
		"two Redis":                    {valid + "redis: {url: redis://x, existingSecret: redis}", "set only one of redis"},
		"a wrong CIDR":                 {valid + "networkPolicy: {apiServerCIDRs: [10.0.0.1]}", "does not match pattern"},
		"a host without a name":        {valid + "api: {ingress: {enabled: true, hosts: [{paths: [/]}]}}", "missing property 'host'"},
		"an Ingress without hosts":     {valid + "api: {ingress: {enabled: true}}", "api.ingress.hosts is empty"},
		"an HTTPRoute without Gateway": {valid + "dashboard: {httpRoute: {enabled: true}}", "dashboard.httpRoute.parentRefs is empty"},
		"a template with a kind":       {valid + "worker: {template: {kind: Pod}}", "additional properties 'kind' not allowed"},
		"Jobs with another secret key": {"mongodb: {existingSecret: mongo, secretKey: uri}\ndashboard: {existingSecret: dash}\nworker: {execution: Job}", "set worker.secret"},
	} {
		for _, major := range []string{"3", "4"} {
			t.Run(name+" with Helm "+major, func(t *testing.T) {
				t.Parallel()
				_, err := run(t, major, test.values, "template", "clausea", chartPath, "--values", "-")
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("the error is %v, want one with %q", err, test.want)
				}
			})
		}
	}
}

func TestValuesOfAParentChartAreAccepted(t *testing.T) {
	t.Parallel()
	if _, err := run(t, "3", valid+"global: {imageRegistry: registry.example}", "template", "clausea", chartPath, "--values", "-"); err != nil {
		t.Error(err)
	}
}
