// For how long a cause is ignored, and why.

export function IgnoreFields() {
  return (
    <>
      <div class="field">
        <label for="ignore-days">For how long</label>
        <select class="select" id="ignore-days" name="days">
          <option value="">Until taken back</option>
          <option value="1h">1 hour</option>
          <option value="1">1 day</option>
          <option value="7">7 days</option>
          <option value="30">30 days</option>
        </select>
      </div>
      <div class="field">
        <label for="ignore-note">Why (others see it)</label>
        <input class="input" id="ignore-note" name="note" maxlength={500} />
      </div>
    </>
  );
}
