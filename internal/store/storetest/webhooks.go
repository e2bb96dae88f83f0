package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

const webhookSecret = "whsec_c2VjcmV0IGNhbmFyeSBvZiB0aGUgdGVzdA=="

func webhookNamed(id string) store.Webhook {
	return store.Webhook{ID: id, Name: "hook " + id, URL: "https://x.example/" + id, Secrets: []store.Secret{store.NewSecret(webhookSecret)}, State: store.WebhookPending,
		Filter:    store.WebhookFilter{Companies: []string{"c"}, Types: []string{"privacy_policy"}, Kinds: []store.ChangeKind{store.ChangeChanged}, Labels: []string{}},
		CreatedAt: at(1), CreatedBy: "ann", UpdatedAt: at(1), WebhookProgress: store.WebhookProgress{Cursor: 0}}
}

func createWebhook(t *testing.T, s store.Store, id string) store.Webhook {
	t.Helper()
	w, err := s.CreateWebhook(t.Context(), webhookNamed(id))
	must(t, err)
	return w
}

func webhookLifecycle(t *testing.T, s store.Store) {
	if _, err := s.GetWebhook(t.Context(), "w"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a webhook that does not exist: %v", err)
	}
	w := webhookNamed("w")
	w.Cursor = 7
	created, err := s.CreateWebhook(t.Context(), w)
	must(t, err)
	w.Revision = 1
	got, err := s.GetWebhook(t.Context(), "w")
	must(t, err)
	if !reflect.DeepEqual(got, w) || !reflect.DeepEqual(created, w) {
		t.Errorf("created %+v, returned %+v, got %+v", w, created, got)
	}
	if got.Secrets[0].Reveal() != webhookSecret {
		t.Error("the secret differs")
	}
	if _, err := s.CreateWebhook(t.Context(), w); !errors.Is(err, store.ErrExists) {
		t.Errorf("creating it twice: %v", err)
	}
	update := got
	update.State, update.URL, update.UpdatedAt, update.Cursor, update.CreatedAt = store.WebhookActive, "https://x.example/new", at(2), 99, at(50)
	update.Secrets, update.PreviousSecretUntil = []store.Secret{store.NewSecret("whsec_new"), got.Secrets[0]}, at(90)
	updated, err := s.UpdateWebhook(t.Context(), update)
	must(t, err)
	want := update
	want.Revision, want.Cursor, want.CreatedAt = 2, 7, at(1)
	if got, err = s.GetWebhook(t.Context(), "w"); err != nil || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(updated, want) {
		t.Errorf("updated to %+v, returned %+v, got %+v, %v", want, updated, got, err)
	}
	if _, err := s.UpdateWebhook(t.Context(), update); !errors.Is(err, store.ErrConflict) {
		t.Errorf("updating an outdated revision: %v", err)
	}
	for range 2 {
		must(t, s.DeleteWebhook(t.Context(), "w"))
	}
	if _, err := s.UpdateWebhook(t.Context(), want); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("updating a deleted webhook: %v", err)
	}
}

func webhookContention(t *testing.T, s store.Store) {
	for round, write := range []func(store.Webhook) error{
		func(w store.Webhook) error { _, err := s.CreateWebhook(t.Context(), w); return err },
		func(w store.Webhook) error { w.Revision = 1; _, err := s.UpdateWebhook(t.Context(), w); return err },
	} {
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				w := webhookNamed("w")
				w.Name = fmt.Sprint("of ", i)
				switch err := write(w); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if w, err := s.GetWebhook(t.Context(), "w"); err != nil || won.Load() != 1 || w.Revision != int64(round+1) {
			t.Errorf("%d writers succeeded, the revision is %d, %v", won.Load(), w.Revision, err)
		}
	}
}

func webhookLists(t *testing.T, s store.Store) {
	var want []string
	for i := range 12 {
		w := webhookNamed(fmt.Sprintf("w%02d", i))
		w.CreatedAt = at(i / 2)
		_, err := s.CreateWebhook(t.Context(), w)
		must(t, err)
		want = append([]string{w.ID}, want...)
	}
	var got []string
	for _, w := range pagesOf(t, 5, func(p store.ListOptions) ([]store.Webhook, string, error) { return s.ListWebhooks(t.Context(), p) }) {
		got = append(got, w.ID)
		if len(w.Secrets) != 1 || w.Secrets[0].Reveal() != webhookSecret {
			t.Errorf("webhook %s was listed without its secret", w.ID)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

// webhookSecrets verifies that no common way to write a webhook to a log contains its secret.
func webhookSecrets(t *testing.T, s store.Store) {
	w := createWebhook(t, s, "w")
	encoded, err := json.Marshal(map[string]any{"webhook": w, "secrets": w.Secrets})
	must(t, err)
	hidden := struct{ inner store.Webhook }{w} // fmt ignores the methods of unexported fields
	texts := []string{string(encoded), fmt.Sprint(w.Secrets[0].MarshalLog())}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{w, &w, w.Secrets, w.Secrets[0], hidden} {
			texts = append(texts, fmt.Sprintf(verb, v))
		}
	}
	w.Secrets = append(w.Secrets, w.Secrets[0], w.Secrets[0])
	_, err = s.UpdateWebhook(t.Context(), w)
	if !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a webhook with three secrets: %v", err)
	}
	w.Secrets = []store.Secret{store.NewSecret(strings.Repeat(webhookSecret, 20))}
	_, long := s.UpdateWebhook(t.Context(), w)
	if !errors.Is(long, store.ErrInvalid) {
		t.Errorf("a webhook with a long secret: %v", long)
	}
	for _, text := range append(texts, fmt.Sprint(err), fmt.Sprint(long)) {
		if strings.Contains(text, webhookSecret) || strings.Contains(text, fmt.Sprintf("%x", webhookSecret)) {
			t.Errorf("an output contains the secret: %s", text)
		}
	}
}

func webhookBounds(t *testing.T, s store.Store) {
	for what, change := range map[string]func(*store.Webhook){
		"no ID":            func(w *store.Webhook) { w.ID = "" },
		"no URL":           func(w *store.Webhook) { w.URL = "" },
		"a long URL":       func(w *store.Webhook) { w.URL = strings.Repeat("x", 2049) },
		"no secret":        func(w *store.Webhook) { w.Secrets = nil },
		"an empty secret":  func(w *store.Webhook) { w.Secrets = []store.Secret{{}} },
		"an unknown state": func(w *store.Webhook) { w.State = "On" },
		"an unknown kind":  func(w *store.Webhook) { w.Filter.Kinds = []store.ChangeKind{"Any"} },
		"a long filter":    func(w *store.Webhook) { w.Filter.Companies = make([]string, 201) },
		"no creation time": func(w *store.Webhook) { w.CreatedAt = time.Time{} },
	} {
		w := webhookNamed("w")
		change(&w)
		if _, err := s.CreateWebhook(t.Context(), w); !errors.Is(err, store.ErrInvalid) || strings.Contains(err.Error(), "x.example") {
			t.Errorf("a webhook with %s: %v", what, err)
		}
	}
}
