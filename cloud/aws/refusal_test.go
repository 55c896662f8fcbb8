package aws_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
)

func TestEveryShapeOfRefusalIsRead(t *testing.T) {
	kind := func(s string) http.Header { return http.Header{"X-Amzn-Errortype": {s}} }
	html := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	for name, try := range map[string]struct {
		status        int
		header        http.Header
		body          string
		code, message string
	}{
		"JSON with a header":    {403, kind("AccessDeniedException:http://internal.amazon.com/coral/"), `{"message":"Untrusted certificate. Insufficient certificate"}`, "AccessDeniedException", "Untrusted certificate. Insufficient certificate"},
		"JSON with a type":      {400, nil, `{"__type":"com.amazonaws.rolesanywhere#ValidationException","Message":"no"}`, "ValidationException", "no"},
		"JSON with a code":      {400, nil, `{"Code":"Odd","MESSAGE":"no"}`, "Odd", "no"},
		"a message of odd type": {403, kind("AccessDeniedException"), `{"message":{"a":1}}`, "AccessDeniedException", ""},
		"a code of odd type":    {403, nil, `{"__type":7,"message":"no"}`, "Refused", "no"},
		"only a header":         {404, kind("ResourceNotFoundException"), "", "ResourceNotFoundException", ""},
		"XML of STS":            {403, nil, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>gone</Message></Error><RequestId>r</RequestId></ErrorResponse>`, "ExpiredToken", "gone"},
		"XML of EC2":            {401, nil, `<?xml version="1.0"?><Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>`, "AuthFailure", "no"},
		"XML without a root":    {403, nil, `<Error><Code>AccessDenied</Code><Message>no</Message></Error>`, "AccessDenied", "no"},
		"XML cut off":           {403, nil, `<ErrorResponse><Error><Code>Acc`, "Refused", ""},
		"XML too deep":          {403, nil, strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100), "Refused", ""},
		"a code of words":       {403, nil, `<Response><Errors><Error><Code>not a code</Code></Error></Errors></Response>`, "Refused", ""},
		"a page, 403":           {403, html, "<!DOCTYPE html><p>Blocked by Harbor", "UnexpectedAnswer", ""},
		"a page, 404":           {404, html, "<!DOCTYPE html><p>Not here", "UnexpectedAnswer", ""},
		"a page, 503":           {503, html, "<!DOCTYPE html><p>Later", "ServiceUnavailable", ""},
		"a redirect":            {302, html, "", "UnexpectedAnswer", ""},
		"nothing, 403":          {403, nil, "", "Refused", ""},
		"nothing, 429":          {429, nil, "", "TooManyRequests", ""},
		"nothing, 400":          {400, nil, "", "UnexpectedAnswer", ""},
		"null":                  {403, nil, "null", "Refused", ""},
		"throttling":            {400, nil, `<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`, "Throttling", "Rate exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			r := aws.ReadRefusal(try.status, try.header, try.body)
			if r.Code != try.code || r.Message != try.message || r.Status != try.status {
				t.Errorf("got %d %s %q", r.Status, r.Code, r.Message)
			}
		})
	}
}

func TestARefusalKeepsItsIDAndPause(t *testing.T) {
	r := aws.ReadRefusal(503, http.Header{"X-Amzn-Requestid": {"id"}, "Retry-After": {"7"}}, "")
	if r.RequestID != "id" || r.RetryAfter != 7*time.Second || !r.Passing() || r.Throttled {
		t.Errorf("%+v", r)
	}
	if r = aws.ReadRefusal(401, nil, `<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors><RequestID>id</RequestID></Response>`); r.RequestID != "id" || r.Passing() {
		t.Errorf("%+v", r)
	}
	if r = aws.ReadRefusal(400, http.Header{"Retry-After": {"NaN"}}, `{"__type":"ThrottlingException"}`); r.RetryAfter != 0 || !r.Passing() || !r.Throttled {
		t.Errorf("%+v", r)
	}
	date := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	r = aws.ReadRefusal(503, http.Header{"Date": {date.Format(http.TimeFormat)}, "Retry-After": {date.Add(time.Minute).Format(http.TimeFormat)}}, "")
	if r.RetryAfter != time.Minute {
		t.Errorf("%+v", r)
	}
}

func TestAnEndlessMessageIsCut(t *testing.T) {
	r := aws.ReadRefusal(403, nil, `{"__type":"AccessDenied","message":"`+strings.Repeat("é", 5000)+`"}`)
	if len(r.Message) > 2000 || !strings.HasPrefix(r.Message, "é") {
		t.Errorf("%d bytes", len(r.Message))
	}
}

func TestASignatureThatIsExplainedShowsNoSecret(t *testing.T) {
	w := newWorld(t)
	s := w.session(awssim.Working)
	_, _, token := s.Credentials.Reveal()
	s.Credentials = with(s.Credentials, func(_, secret, _ *string) { *secret = "wrong" })
	_, err := w.CallerIdentity(t.Context(), s)
	r := asRefusal(t, err)
	if r.Code != "SignatureDoesNotMatch" || !strings.Contains(r.Message, "x-amz-security-token:(hidden)") || strings.Contains(r.Message, token) {
		t.Errorf("%s %q", r.Code, r.Message)
	}
}

func TestCredentialsCanNotBePrinted(t *testing.T) {
	s := aws.Session{Credentials: aws.NewCredentials("AKIDCANARY", "SECRETCANARY", "TOKENCANARY", time.Now())}
	encoded, err := json.Marshal(s)
	ok(t, err)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("session", "all", s, "credentials", s.Credentials)
	slog.New(slog.NewTextHandler(&log, nil)).Info("session", "all", s, "credentials", s.Credentials)
	all := fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s.Credentials, s.Credentials, s.Credentials, &s.Credentials) + string(encoded) + log.String()
	if strings.Contains(all, "CANARY") || strings.Contains(all, "43414e415259") {
		t.Errorf("printed: %s", all)
	}
}
