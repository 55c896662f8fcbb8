package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

// secondStepPage asks somebody who gave their password for their passkey.
func (h *handlers) secondStepPage(c echo.Context) error {
	caller, _ := callerOf(c)
	next := ownPath(c.QueryParam("next"))
	if !caller.OwesSecondStep() {
		return c.Redirect(http.StatusSeeOther, next)
	}
	return h.sendSecondStep(c, next, nil)
}

func (h *handlers) sendSecondStep(c echo.Context, next string, err error) error {
	view := views.SecondStep{Frame: h.frame(c, "Second step"), Next: next}
	view.Passkeys, view.PasskeyHint, _ = h.passkeysHere(c)
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	return h.html(c, status, views.SecondStepPage(view))
}

func (h *handlers) askForSecondStep(c echo.Context) error {
	caller, _ := callerOf(c)
	question, err := h.Accounts.BeginOwnPasskey(c.Request().Context(), caller)
	if err != nil {
		return err
	}
	return h.ask(c, question, attempt{Purpose: toSecondStep, PersonID: caller.Person.ID})
}

func (h *handlers) takeSecondStep(c echo.Context) error {
	caller, _ := callerOf(c)
	next := ownPath(c.Request().PostFormValue("next"))
	answer, _, err := h.answered(c, toSecondStep)
	if err != nil {
		return h.sendSecondStep(c, next, err)
	}
	in, err := h.Accounts.TakeSecondStep(c.Request().Context(), caller, answer, h.originOf(c))
	if err != nil {
		return h.sendSecondStep(c, next, err)
	}
	return h.goOn(c, in, next)
}

func (h *handlers) useRecoveryCode(c echo.Context) error {
	caller, _ := callerOf(c)
	r := c.Request()
	next := ownPath(r.PostFormValue("next"))
	in, err := h.Accounts.UseRecoveryCode(r.Context(), caller, r.PostFormValue("code"), h.originOf(c))
	if errors.Is(err, account.ErrWrongCode) {
		err = account.ErrWrongCode.At("code")
	}
	if err != nil {
		return h.sendSecondStep(c, next, err)
	}
	return h.goOn(c, in, next)
}
