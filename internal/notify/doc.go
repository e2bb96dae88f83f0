// Package notify sends changes to webhooks. It follows the Standard Webhooks specification 1.0.0
// for headers, signatures and retries, and sends each change as a CloudEvent 1.0 in JSON.
//
// A Client sends one request to an endpoint. It connects to public IP addresses only and follows
// no redirect. A Sender reads the feed of changes, stores a delivery for each change and webhook,
// and sends the deliveries that are due. One Sender of a deployment is active at a time.
package notify
