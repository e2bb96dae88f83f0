package dashboard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/signin"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// testDashboard is a dashboard over an embedded store, behind a real HTTP server over TLS.
type testDashboard struct {
	t         *testing.T
	store     store.Store
	resources client.Client
	services  service.Services
	server    *Server
	url       string
	client    *http.Client
}

// testPassword is the password of every role in tests; the name is the role.
const testPassword = "correct horse battery staple"

// testUsers returns a user for each role.
var testUsers = sync.OnceValue(func() (users []signin.User) {
	h := signin.NewHash(testPassword)
	for _, r := range signin.Roles {
		users = append(users, signin.User{Name: string(r), Role: r, Hash: h})
	}
	return users
})

// newTestDashboard starts a dashboard and signs in as operator. change may change its options.
func newTestDashboard(t *testing.T, change ...func(*Options)) *testDashboard {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	d := &testDashboard{t: t, store: s, resources: kubestore.NewClient(s, scheme)}
	d.services = service.New(service.Dependencies{
		Store: s, Resources: service.Resources{Client: d.resources, Cache: kubestore.NewClient(s, scheme), Namespace: kubestore.DefaultNamespace}, Endpoints: accepting{}, Log: logr.Discard(),
		Settings: []service.Setting{{Name: "api-rate", Value: "120", Source: "environment CLAUSEA_API_RATE"}},
	})
	o := Options{Services: d.services, SignIn: signin.New(testUsers(), ratelimit.NewMemory()), Version: "test", Log: logr.Discard(), Stop: t.Context()}
	for _, f := range change {
		f(&o)
	}
	d.server, err = New(o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewTLSServer(d.server.Handler())
	t.Cleanup(h.Close)
	d.url, d.client = h.URL, h.Client()
	if !o.SignIn.HasPasswords() {
		return d.stranger()
	}
	return d.as("operator")
}

// as returns the same dashboard for a user who has a role.
func (d *testDashboard) as(role string) *testDashboard {
	d.t.Helper()
	out := d.stranger()
	r := out.post("/sign-in", "name", role, "password", testPassword)
	if r.StatusCode != http.StatusSeeOther {
		d.t.Fatalf("sign-in as %s: status %d: %s", role, r.StatusCode, r.body)
	}
	return out
}

// stranger returns the same dashboard for a browser that is not signed in.
func (d *testDashboard) stranger() *testDashboard {
	d.t.Helper()
	out := *d
	out.client = &http.Client{Transport: d.client.Transport, Jar: newJar(d.t), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &out
}

// accepting is an endpoint of webhooks that accepts every ping. Package notify tests real ones.
type accepting struct{}

// CheckURL implements service.WebhookEndpoints.
func (accepting) CheckURL(raw string) error {
	if !strings.HasPrefix(raw, "https://") {
		return errors.New("the URL must begin with https://")
	}
	return nil
}

// Ping implements service.WebhookEndpoints.
func (accepting) Ping(context.Context, store.Webhook) notify.Attempt {
	return notify.Attempt{Delivered: true, Status: http.StatusNoContent, At: time.Now()}
}

// answer is a response with its body.
type answer struct {
	*http.Response
	body string
}

// get requests a page below Base.
func (d *testDashboard) get(path string) answer {
	d.t.Helper()
	return d.do(http.MethodGet, path, nil)
}

// post sends a form below Base. pairs has names and values in turn.
func (d *testDashboard) post(path string, pairs ...string) answer {
	d.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return d.do(http.MethodPost, path, form)
}

func (d *testDashboard) do(method, path string, form url.Values) answer {
	d.t.Helper()
	path = Base + strings.TrimPrefix(path, Base)
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r, err := d.client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer{r, string(bytes.TrimSpace(b))}
}

// mustContain fails the test unless the page has the status 200 and all texts.
func (a answer) mustContain(t *testing.T, texts ...string) {
	t.Helper()
	if a.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d: %s", a.Request.URL, a.StatusCode, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s has no %q:\n%s", a.Request.URL, text, a.body)
		}
	}
}

// company creates a Company with the domain NAME.example.
func (d *testDashboard) company(name string, change ...func(*v1alpha1.Company)) *v1alpha1.Company {
	d.t.Helper()
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: kubestore.DefaultNamespace}}
	c.Spec.Domains = []v1alpha1.Domain{v1alpha1.Domain(name + ".example")}
	for _, f := range change {
		f(c)
	}
	if err := d.resources.Create(d.t.Context(), c); err != nil {
		d.t.Fatal(err)
	}
	return c
}

// day returns midnight of a day of January 2026.
func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

// document stores a document of a company with a version for each text, and a change for each
// version. Version n was fetched on day n; its change has the ID "ID-n".
func (d *testDashboard) document(company, id string, texts ...string) store.Document {
	d.t.Helper()
	doc := store.Document{
		ID: id, Company: company, URL: "https://" + company + ".example/" + id, FormerURLs: []string{}, Type: "privacy_policy", Confidence: 0.9, AdditionalTypes: []string{},
		Language: "en", Title: "Privacy " + id, DiscoveryPath: []string{"https://" + company + ".example/"}, LinkText: "Privacy", FirstSeen: day(1), State: store.DocumentPresent, StateSince: day(1), RunID: "run-1",
	}
	for i, text := range texts {
		doc.ContentHash, doc.LastChanged, doc.LastSeen, doc.LastChecked = fmt.Sprintf("%064d", i), day(i+1), day(i+1), day(i+1)
		version := store.Version{DocumentID: id, ContentHash: doc.ContentHash, FetchedAt: day(i + 1), URL: doc.URL, ContentType: "text/html", Title: doc.Title, Language: "en", RunID: fmt.Sprintf("run-%d", i+1)}
		hash, err := d.store.PutSnapshot(d.t.Context(), store.Fence{}, company, []byte("<p>"+text+"</p>"), "")
		if err != nil {
			d.t.Fatal(err)
		}
		version.SnapshotHash = hash
		kind := store.ChangeChanged
		if i == 0 {
			kind = store.ChangeCreated
		}
		c := store.Change{
			ID: fmt.Sprintf("%s-%d", id, i+1), Kind: kind, At: day(i + 1), Company: company, DocumentID: id, DocumentType: doc.Type, Language: doc.Language, Title: doc.Title,
			URL: doc.URL, RunID: version.RunID, From: i, To: i + 1, Summary: store.ChangeSummary{Added: 3, Removed: 2, Labels: []string{}, Headings: []string{}, Insignificant: []store.InsignificantEdits{}},
		}
		committed, err := d.store.CommitDocument(d.t.Context(), store.Fence{}, store.Commit{Document: doc, Create: i == 0, Versions: []store.NewVersion{{Version: version, Text: text}}, Changes: []store.Change{c}})
		if err != nil {
			d.t.Fatal(err)
		}
		doc = committed.Document
	}
	return doc
}
