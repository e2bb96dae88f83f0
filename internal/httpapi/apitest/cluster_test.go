package apitest

import (
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/internal/httpapi"
)

// create creates a resource of the cluster, which is deleted after the test.
func (d *deployment) create(obj client.Object) {
	d.t.Helper()
	if err := d.resources.Client.Create(d.t.Context(), obj); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = d.resources.Client.Delete(d.t.Context(), obj) })
}

// forbidName adds a policy to the namespace that rejects Companies with a name.
func (d *deployment) forbidName(name string) {
	d.t.Helper()
	id, reason := "suite-"+d.resources.Namespace, metav1.StatusReasonInvalid
	d.create(&admissionv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: id},
		Spec: admissionv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
				Operations: []admissionv1.OperationType{admissionv1.Create},
				Rule:       admissionv1.Rule{APIGroups: []string{"crawl.clausea.co"}, APIVersions: []string{"*"}, Resources: []string{"companies"}},
			}}}},
			Validations: []admissionv1.Validation{{Expression: "object.metadata.name != '" + name + "'", Message: "the name is reserved", Reason: &reason}},
		},
	})
	d.create(&admissionv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: id},
		Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: id, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny},
			MatchResources: &admissionv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": d.resources.Namespace}}},
		},
	})
}

func TestWhatTheClusterRejectsIsAProblem(t *testing.T) {
	t.Parallel()
	d := newOperator(t)
	d.forbidName("reserved.example")
	d.createCompany()
	const body = `{"url":"reserved.example"}`
	d.eventually("the policy", func() bool { return d.call("POST", "/v1/companies?dryRun=true", body).StatusCode != 200 })
	for _, path := range []string{"/v1/companies?dryRun=true", "/v1/companies"} {
		if p := refused(t, d.call("POST", path, body), 422, "invalid-value"); len(p.Errors) != 1 || p.Errors[0].Location != "body" {
			t.Errorf("the policy gives %+v", p)
		}
	}
	if err := d.resources.Client.Delete(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: d.resources.Namespace}}); err != nil {
		t.Fatal(err)
	}
	d.eventually("the end of the namespace", func() bool {
		return d.call("POST", "/v1/companies?dryRun=true", `{"url":"other.example"}`).StatusCode != 200
	})
	refused(t, d.call("POST", "/v1/companies", `{"url":"other.example"}`), 409, "rejected")
	refused(t, d.call("POST", "/v1/crawls", `{"company":"acme.example"}`), 409, "rejected")
	if c := decode[httpapi.Company](t, d.call("PATCH", "/v1/companies/acme.example", `{"spec":{"suspend":true}}`), 200); !c.Suspended {
		t.Errorf("the company is %+v", c)
	}
}

func TestAnAPIServerThatDoesNotRespondIsAProblem(t *testing.T) {
	t.Parallel()
	d := newOperator(t)
	d.createCompany()
	c, err := client.New(&rest.Config{Host: "https://127.0.0.1:1"}, client.Options{Scheme: scheme, Mapper: d.resources.Client.RESTMapper()})
	if err != nil {
		t.Fatal(err)
	}
	d.resources.Client = c
	d.serve()
	for _, r := range []response{
		d.call("GET", "/v1/companies/acme.example", ""), d.call("POST", "/v1/companies", `{"url":"other.example"}`), d.call("POST", "/v1/companies?dryRun=true", `{"url":"other.example"}`),
		d.call("PATCH", "/v1/companies/acme.example", `{}`), d.call("DELETE", "/v1/companies/acme.example", ""), d.call("POST", "/v1/crawls", `{"company":"acme.example"}`),
	} {
		if refused(t, r, 503, "unavailable"); r.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s has no Retry-After", r.Request.Method, r.Request.URL)
		}
	}
}
