package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// binding says where the IDs of a kind occur.
type binding struct {
	paths     string // a regular expression of the paths of operations
	parameter string
	kind      string
}

// bindings have disjoint paths, since one configuration applies to each operation.
var bindings = []binding{
	{"^/v1/companies/[{]name[}]", "path.name", "companies"},
	{"^/v1/crawls/[{]id[}]", "path.id", "crawls"},
	{"^/v1/crawls$", "body.company", "companies"},
	{"^/v1/documents/[{]id[}](/[a-z]+)?$", "path.id", "documents"},
	{"^/v1/documents/[{]id[}]/versions/", "path.id", "documents"},
	{"^/v1/documents/[{]id[}]/versions/", "path.version", "versions"},
	{"^/v1/changes/[{]id[}]", "path.id", "changes"},
	{"^/v1/webhooks/[{]id[}](/[a-z]+)?$", "path.id", "webhooks"},
	{"^/v1/webhooks/[{]id[}]/deliveries/", "path.id", "webhooks"},
	{"^/v1/webhooks/[{]id[}]/deliveries/", "path.deliveryID", "deliveries"},
	{"^/v1/keys/[{]id[}]", "path.id", "keys"},
}

// configuration writes the configuration of schemathesis: most requests have an ID that exists.
func (s *seeder) configuration(w io.Writer) error {
	s.ids["versions"] = []string{"1", "2", "latest", "previous"}
	var b strings.Builder
	// Each request has the key of the command line: generated ones would be refused.
	b.WriteString("# written by hack/schemathesis/seed\n\n[generation]\nwith-security-parameters = false\n\n" +
		"[checks.negative_data_rejection]\nexpected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 428, 429]\n\n")
	for _, kind := range slices.Sorted(maps.Keys(s.ids)) {
		fmt.Fprintf(&b, "[dictionaries.%s]\nvalues = [%s]\n\n", kind, quoted(s.ids[kind]))
	}
	parameters := map[string][]string{}
	var order []string
	for _, d := range bindings {
		if parameters[d.paths] == nil {
			order = append(order, d.paths)
		}
		parameters[d.paths] = append(parameters[d.paths], fmt.Sprintf("%q = { dictionary = %q, probability = 0.8 }", d.parameter, d.kind))
	}
	for _, paths := range order {
		fmt.Fprintf(&b, "[[operations]]\ninclude-path-regex = %q\n\n[operations.parameters]\n%s\n\n", paths, strings.Join(parameters[paths], "\n"))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}

func quoted(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprintf("%q", v)
	}
	return strings.Join(out, ", ")
}
