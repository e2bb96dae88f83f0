// Command webhooks is a receiver of webhooks in Go that verifies them with the library of
// Standard Webhooks.
//
//	WEBHOOK_SECRET=whsec_... PORT=8000 go run verify.go
//
// A proxy in front of it terminates TLS: webhooks are sent to https URLs.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// maxBody is the maximum size of a request in bytes. A message has at most 20,000.
const maxBody = 100_000

func main() {
	webhook, err := standardwebhooks.NewWebhook(os.Getenv("WEBHOOK_SECRET"))
	if err != nil {
		log.Fatal("WEBHOOK_SECRET is not a secret of a webhook")
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", os.Getenv("PORT")))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr().(*net.TCPAddr).Port)
	server := http.Server{Handler: receiver(webhook), ReadTimeout: 15 * time.Second}
	log.Fatal(server.Serve(listener))
}

// receiver handles messages.
func receiver(webhook *standardwebhooks.Webhook) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		// The signature is that of the raw body. Do not decode and encode it again.
		if err != nil || webhook.Verify(body, r.Header) != nil {
			http.Error(w, "invalid signature", http.StatusBadRequest)
			return
		}
		var event struct {
			ID, Type, Subject string
			Data              struct {
				Kind string
				Tags []string
			}
		}
		if err := json.Unmarshal(body, &event); err != nil {
			http.Error(w, "invalid event", http.StatusBadRequest)
			return
		}
		if event.Type == "co.clausea.change.v1" {
			// A message can arrive again, with the same event.ID.
			fmt.Println(event.Data.Kind, event.Subject, strings.Join(event.Data.Tags, ","))
		}
		w.WriteHeader(http.StatusNoContent) // within 15 s; do longer work afterwards
	}
}
