package aws_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/aws"
	"mooring/cloud/wire"
)

// stub answers like AWS for a link that works, but in one place.
type stub struct {
	options aws.Options
	cloud   *aws.AWS
	attempt cloud.Attempt

	mu       sync.Mutex
	at       string // where it answers something else; empty: nowhere
	answer   http.HandlerFunc
	sessions int
}

// The places: the stages, and the question for the account's alias.
const (
	atSession     = "session"
	atIdentity    = "identity"
	atPermissions = "permissions"
	atAlias       = "alias"
	atRegions     = "regions"
	atCondition   = "condition"
)

func newStub(t *testing.T) *stub {
	t.Helper()
	h := newHarbor(t)
	s := &stub{}
	s.attempt = cloud.Attempt{Identity: h.identity, Stranger: h.stranger}
	s.options = somebodyElses(t, s.serve)
	s.cloud = aws.New(s.options)
	target, fields := s.cloud.Read(typed(outputs, "", "", ""))
	if len(fields) > 0 {
		t.Fatal(fields)
	}
	s.attempt.Target = target
	return s
}

// says has a place answer the same to everything.
func (s *stub) says(at string, status int, body string, headers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.sessions = at, 0
	s.answer = func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (s *stub) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = r.ParseForm()
	at := atSession
	switch {
	case r.Form.Get("Action") == "ListAccountAliases":
		at = atAlias
	case strings.HasPrefix(r.Host, "sts."):
		at = atIdentity
	case strings.HasPrefix(r.Host, "iam."):
		at = atPermissions
	case strings.HasPrefix(r.Host, "ec2."):
		at = atRegions
	default:
		if s.sessions++; s.sessions%2 == 0 {
			at = atCondition
		}
	}
	if at == s.at {
		s.answer(w, r)
		return
	}
	switch at {
	case atSession:
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"credentialSet":[{"credentials":{"accessKeyId":"a","secretAccessKey":"b","sessionToken":"c","expiration":"2036-11-22T09:14:03Z"},"sourceIdentity":"CN=mooring-x"}]}`)
	case atCondition:
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"message":"Unable to assume role"}`)
	case atIdentity:
		fmt.Fprint(w, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/mooring-abc/7f</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
	case atAlias:
		fmt.Fprint(w, "<ListAccountAliasesResponse><ListAccountAliasesResult><AccountAliases><member>harbor</member></AccountAliases></ListAccountAliasesResult></ListAccountAliasesResponse>")
	case atPermissions:
		fmt.Fprint(w, "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>")
		for i := 1; r.Form.Get(fmt.Sprintf("ActionNames.member.%d", i)) != ""; i++ {
			fmt.Fprint(w, decided(r.Form.Get(fmt.Sprintf("ActionNames.member.%d", i)), "implicitDeny", ""))
		}
		fmt.Fprint(w, "</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>")
	case atRegions:
		fmt.Fprint(w, "<DescribeRegionsResponse><regionInfo><item><regionName>eu-central-1</regionName><optInStatus>opt-in-not-required</optInStatus></item></regionInfo></DescribeRegionsResponse>")
	}
}

func decided(action, decision, more string) string {
	return "<member><EvalActionName>" + action + "</EvalActionName><EvalDecision>" + decision + "</EvalDecision>" + more + "</member>"
}

// TestNoAnswerTurnsTheVerdictAround throws odd answers at every place: a passing
// failure never breaks a link, a refusal never passes, and what only informs decides
// nothing.
func TestNoAnswerTurnsTheVerdictAround(t *testing.T) {
	bodies := []string{`{"message":"no"}`, `{"message":{"odd":1}}`, `[]`, `null`, `7`, ``, "<html>", "<Error><Code>AccessDenied</Code></Error>",
		"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>", "<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors></Response>", `{"credentialSet":[{}]}`}
	headers := [][]string{nil, {"X-Amzn-Errortype", "AccessDeniedException"}, {"X-Amzn-Errortype", "ExpiredToken"}, {"Retry-After", "x"}, {"Content-Type", "text/html"}}
	s := newStub(t)
	if got, results, finding := check(t, s.cloud, s.attempt); got != (verdict{cloud.Passed, ""}) || finding.AccountName != "harbor" || finding.Stranger != cloud.StrangerRefused {
		t.Fatalf("%+v, %+v, %+v", got, results, finding)
	}
	for number, at := range []string{atSession, atIdentity, atPermissions, atAlias, atRegions, atCondition} {
		source := rand.New(rand.NewPCG(2026, uint64(number)))
		for range 60 {
			status := []int{200, 302, 400, 401, 403, 404, 408, 429, 500, 502, 503}[source.IntN(11)]
			body := []byte(bodies[source.IntN(len(bodies))])
			if len(body) > 0 && source.IntN(2) == 0 {
				body[source.IntN(len(body))] = byte(source.IntN(256))
			}
			header := headers[source.IntN(len(headers))]
			s.says(at, status, string(body), header...)
			s.attempt.Fresh = source.IntN(2) == 0
			got, results, finding := check(t, s.cloud, s.attempt)
			passes := status == 200 || status == 302 || status == 408 || status == 429 || status >= 500
			wrong := got.outcome != cloud.Passed
			switch at {
			case atSession, atIdentity:
				wrong = got.outcome == cloud.Passed || passes && got.outcome != cloud.CouldNotCheck
			case atPermissions:
				wrong = wrong || finding.Rights != nil || passes && !finding.RightsUnanswered
			case atCondition:
				refused := status/100 == 4 && !passes && header != nil && header[1] == "AccessDeniedException"
				wrong = wrong || finding.Stranger == cloud.StrangerLetIn || (finding.Stranger == cloud.StrangerRefused) != refused
			}
			if wrong {
				t.Errorf("%d %q %q at %s is %+v with %+v: %+v", status, body, header, at, got, finding, results)
			}
		}
	}
}

func TestRightsThatDependOnConditionsAreUnknown(t *testing.T) {
	s := newStub(t)
	actions := []string{"ec2:DescribeInstances", "s3:ListAllMyBuckets", "ec2:RunInstances", "ec2:TerminateInstances", "ec2:CreateVpc", "ec2:AuthorizeSecurityGroupIngress",
		"ssm:SendCommand", "ssm:StartSession", "s3:GetObject", "dynamodb:GetItem", "secretsmanager:GetSecretValue", "ssm:GetParameter", "s3:PutObject", "s3:DeleteObject",
		"iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:CreateUser", "iam:CreateAccessKey", "account:DisableRegion"}
	answer := func(decision func(action string) string) string {
		all := ""
		for _, action := range actions {
			all += decision(action)
		}
		return "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>" + all + "</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
	}
	const missing = "<MissingContextValues><member>aws:SourceIp</member></MissingContextValues>"
	on := func(wanted, decision, more string) string {
		return answer(func(action string) string {
			if action == wanted {
				return decided(action, decision, more)
			}
			return decided(action, "implicitDeny", "")
		})
	}
	for name, try := range map[string]struct {
		body  string
		count int // of rights that are granted
	}{
		"every decision":      {on("", "", ""), 0},
		"denied all the same": {on("iam:CreateUser", "explicitDeny", missing), 0},
		"allowed, at times":   {on("iam:CreateUser", "allowed", missing), 1},
		"an organization":     {on("iam:CreateUser", "allowed", "<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>"), 0},
		"a boundary":          {on("iam:CreateUser", "allowed", "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>"), 0},
	} {
		s.says(atPermissions, 200, try.body)
		got, results, finding := check(t, s.cloud, s.attempt)
		granted := 0
		for _, r := range finding.Rights {
			if r.Granted {
				granted++
			}
		}
		if got != (verdict{cloud.Passed, ""}) || granted != try.count || finding.Rights == nil {
			t.Errorf("%s: %+v, %+v, %+v", name, got, finding.Rights, results[2])
		}
	}
	for name, body := range map[string]string{"a missing value": on("iam:CreateUser", "implicitDeny", missing),
		"no decision about most": answer(func(string) string { return decided("ec2:RunInstances", "allowed", "") })} {
		s.says(atPermissions, 200, body)
		got, results, finding := check(t, s.cloud, s.attempt)
		if got != (verdict{cloud.Passed, "permissions PermissionsUnclear"}) || finding.Rights != nil || finding.RightsUnanswered || results[2].Verdict != cloud.CannotTell {
			t.Errorf("%s: %+v, %+v", name, got, finding)
		}
		if e := s.cloud.Explain(results[2], s.attempt.Target); !e.Known {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestWhatAWSSaysIsCleaned(t *testing.T) {
	s := newStub(t)
	s.says(atSession, 403, `{"message":"User arn:aws:sts::444455556666:assumed-role/secret-project/jane of 444455556666 and `+
		roleARN+`, key AKIAIOSFODNN7EXAMPLE, jane@example.com, id 99999999-8888-4777-8666-555555555555, token FwoGZXIvYXdzEBYaDHqa0AP1/abcdefghij0123456789+x \u202e\u001b\u0000end"}`,
		"X-Amzn-Requestid", "<b>", "X-Amzn-Errortype", "AccessDeniedException")
	_, results, _ := check(t, s.cloud, s.attempt)
	last := results[len(results)-1]
	if want := "User (ARN) of (number) and " + roleARN + ", key (id), (address), id (id), token (removed) end"; last.Said != want {
		t.Errorf("%q", last.Said)
	}
	if last.TraceID != "" {
		t.Errorf("id %q", last.TraceID)
	}
	s.says(atIdentity, 403, "<ErrorResponse><Error><Code>Odd</Code><Message>"+strings.Repeat("word ", 1000)+"</Message></Error></ErrorResponse>")
	if _, results, _ = check(t, s.cloud, s.attempt); len(results[1].Said) > 410 {
		t.Errorf("%d bytes", len(results[1].Said))
	}
	if e := s.cloud.Explain(results[1], s.attempt.Target); e.Known || !strings.Contains(e.Happened, "word") {
		t.Errorf("%+v", e)
	}
}

func TestWhyThereIsNoAnswerIsLogged(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	for code, cause := range map[string]error{
		wire.NoAnswer:     errors.New("connection refused by http://mooring:hunter2@proxy"),
		wire.NameNotFound: &net.DNSError{Err: "no such host", IsNotFound: true},
		wire.TimedOut:     context.DeadlineExceeded,
	} {
		var log bytes.Buffer
		o := h.options
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		o.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, cause }
		got, _, _ := check(t, aws.New(o), attempt)
		if got != (verdict{cloud.CouldNotCheck, "session " + code}) {
			t.Errorf("%s: %+v", code, got)
		}
		if said := log.String(); !strings.Contains(said, "code="+code) || strings.Contains(said, "hunter2") || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: the log says %q", code, said)
		}
	}
}

// A check that is told to stop in the middle gives no verdict about the stage.
func TestAStoppedCheckHasNoVerdict(t *testing.T) {
	s := newStub(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.attempt.Stranger = func() (*certificate.Identity, error) { cancel(); return s.attempt.Identity, nil }
	var stages []string
	_, err := s.cloud.Check(ctx, s.attempt, func(r cloud.StageResult) { stages = append(stages, r.Stage) })
	if !errors.Is(err, context.Canceled) || len(stages) != 4 {
		t.Errorf("%v after %v", err, stages)
	}
}
