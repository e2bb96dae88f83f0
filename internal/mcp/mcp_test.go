package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

const adminKey = "test-admin-key"

// newTestServer returns a Server over an embedded store with a company that has a document with
// two versions and a run, and the keys of callers by their scopes.
func newTestServer(t *testing.T) (s *Server, authenticator *service.Authenticator) {
	t.Helper()
	ctx := t.Context()
	db, err := sqlite.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	client := kubestore.NewClient(db, scheme)
	authenticator = service.NewAuthenticator(db, adminKey)
	services := service.New(service.Dependencies{
		Store: db, Resources: service.Resources{Client: client, Cache: client, Namespace: kubestore.DefaultNamespace}, Authenticator: authenticator, Log: logr.Discard(),
	})
	admin := service.Caller{Actor: "test", Scopes: []store.APIScope{store.ScopeAdmin}}
	if _, err := services.Companies.Create(ctx, admin, service.CompanyDraft{URL: "https://acme.example"}, false); err != nil {
		t.Fatal(err)
	}
	seed(t, db)
	api, err := httpapi.New(httpapi.Options{Services: services, Version: "test", Authenticate: authenticator.Authenticate, Idempotency: db, Log: logr.Discard(), Stop: ctx})
	if err != nil {
		t.Fatal(err)
	}
	description, err := api.Description()
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(api.Handler())
	t.Cleanup(h.Close)
	if s, err = New(description, toServer{h.Listener.Addr().String()}, "test"); err != nil {
		t.Fatal(err)
	}
	return s, authenticator
}

// toServer sends requests to a server.
type toServer struct{ addr string }

// RoundTrip implements http.RoundTripper.
func (s toServer) RoundTrip(r *http.Request) (*http.Response, error) {
	r.URL.Host = s.addr
	return http.DefaultTransport.RoundTrip(r)
}

// The document that seed stores.
const (
	documentID = "d1"
	runID      = "r1"
)

// changeIDs are the IDs of the changes that seed stores.
var changeIDs = []string{"c1", "c2"}

// seed stores a run and a document with two versions.
func seed(t *testing.T, db *sqlite.Store) {
	t.Helper()
	ctx, now := t.Context(), time.Now().UTC().Truncate(time.Millisecond)
	company := v1alpha1.StoreKey(kubestore.DefaultNamespace, "acme.example")
	if err := db.PutRun(ctx, store.Run{ID: runID, Company: company, State: store.RunComplete, StopReason: "Converged", CreatedAt: now, StartedAt: now, FinishedAt: now}); err != nil {
		t.Fatal(err)
	}
	d := store.Document{
		ID: documentID, Company: company, URL: "https://acme.example/terms", Type: "terms_of_service", Language: "en", Title: "Terms", State: store.DocumentPresent,
		FirstSeen: now, LastSeen: now, LastChanged: now, RunID: runID,
	}
	for n, text := range []string{"# Terms\n\nYou may cancel within 30 days.\n", "# Terms\n\nYou may cancel within 14 days.\n"} {
		d.ContentHash = "h" + strconv.Itoa(n+1)
		kind := []store.ChangeKind{store.ChangeCreated, store.ChangeChanged}[n]
		_, err := db.CommitDocument(ctx, store.Fence{}, store.Commit{
			Document: d, Create: n == 0,
			Versions: []store.NewVersion{{Version: store.Version{DocumentID: documentID, ContentHash: d.ContentHash, FetchedAt: now, RunID: runID, Language: "en", Title: "Terms"}, Text: text}},
			Changes:  []store.Change{{ID: changeIDs[n], Kind: kind, At: now, Company: company, DocumentID: documentID, DocumentType: d.Type, Language: "en", Title: "Terms", URL: d.URL, RunID: runID}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// arguments has the arguments of each tool for the data of newTestServer.
var arguments = map[string]map[string]any{
	"list_companies": {"q": "acme"}, "get_company": {"name": "acme.example"}, "get_coverage": {"name": "acme.example"},
	"list_documents": {"companies": []string{"acme.example"}}, "get_document": {"id": documentID}, "read_document": {"id": documentID},
	"list_versions": {"id": documentID}, "read_version": {"id": documentID, "version": "1"}, "compare_versions": {"id": documentID, "from": "1", "to": "2"},
	"list_changes": {}, "get_change": {"id": changeIDs[1]}, "search_documents": {"q": "cancel"}, "list_types": {}, "list_crawls": {}, "get_crawl": {"id": runID},
	"start_crawl": {"company": "acme.example"},
}

// wanted has a text that the result of a tool contains.
var wanted = map[string]string{
	"list_companies": "acme.example", "list_documents": documentID, "read_document": "within 14 days", "read_version": "within 30 days",
	"compare_versions": "+", "search_documents": "cancel", "get_crawl": runID, "start_crawl": "acme.example",
}

// connect returns a session of a client of the SDK with the tools that a scope allows.
func connect(t *testing.T, s *Server, scope store.APIScope) *mcp.ClientSession {
	t.Helper()
	clientSide, serverSide := mcp.NewInMemoryTransports()
	caller := service.Caller{Scopes: []store.APIScope{scope}}
	server := s.serverOf(caller.Allows, origin{header: map[string][]string{"Authorization": {"Bearer " + adminKey}}})
	serving, err := server.Connect(t.Context(), serverSide, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serving.Close() })
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test"}, nil).Connect(t.Context(), clientSide, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

func TestAReaderSeesNoToolThatStartsACrawl(t *testing.T) {
	t.Parallel()
	s, _ := newTestServer(t)
	for scope, want := range map[store.APIScope]bool{store.ScopeRead: false, store.ScopeCrawl: true} {
		listed, err := connect(t, s, scope).ListTools(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, tool := range listed.Tools {
			found = found || tool.Name == "start_crawl"
		}
		if found != want || len(listed.Tools) < 10 {
			t.Errorf("with the scope %s, %d tools are listed, start_crawl: %v", scope, len(listed.Tools), found)
		}
	}
}

func TestAWrongCallIsAResultThatSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s, _ := newTestServer(t)
	session := connect(t, s, store.ScopeRead)
	for name, c := range map[string]struct {
		tool string
		args map[string]any
		want string
	}{
		"missing":       {"get_document", map[string]any{}, "id is missing"},
		"unknown":       {"list_types", map[string]any{"colour": "red"}, "no argument"},
		"wrong value":   {"list_documents", map[string]any{"limit": 5000}, "limit"},
		"no document":   {"get_document", map[string]any{"id": "none"}, "not-found"},
		"outside paths": {"get_company", map[string]any{"name": "../keys"}, "invalid"},
	} {
		r, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: c.tool, Arguments: c.args})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text := ""
		if len(r.Content) > 0 {
			b, _ := json.Marshal(r.Content[0])
			text = string(b)
		}
		if !r.IsError || !strings.Contains(text, c.want) {
			t.Errorf("%s: result %v %s, want an error with %q", name, r.IsError, text, c.want)
		}
	}
}

func TestAClientThatOthersWroteListsAndCallsEveryTool(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("installs a Python package")
	}
	folder, err := exec.CommandContext(t.Context(), "../../hack/mcpclient/get.sh").Output()
	if err != nil {
		t.Fatalf("install the client: %v", err)
	}
	s, authenticator := newTestServer(t)
	server := httptest.NewServer(s.Handler(authenticator.Authenticate))
	t.Cleanup(server.Close)
	input, err := json.Marshal(arguments)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "../../hack/mcpclient/client.py", server.URL, adminKey)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+strings.TrimSpace(string(folder)), "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run the client: %v: %s", err, out)
	}
	var results map[string]struct {
		IsError bool
		Text    string
	}
	if err := json.Unmarshal(out, &results); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for _, tool := range tools {
		r, ok := results[tool.name]
		if !ok || r.IsError || !strings.Contains(r.Text, wanted[tool.name]) {
			t.Errorf("%s: listed %v, error %v: %.500s", tool.name, ok, r.IsError, r.Text)
		}
	}
}
