/**
 * The actions of predictive campaigns (reference 2.2), on the played world. The calls of a campaign are those of a task
 * that no action of tasks shows; whether an agent would have been free for each is not played.
 */
import { present } from '../../core/assert.ts';
import type {
  CreatePredictiveDialingCampaignRequest,
  DescribePredictiveDialingCampaignsRequest,
  DescribePredictiveDialingSessionsRequest,
  PredictiveCampaignRequest,
  UpdatePredictiveDialingCampaignRequest,
} from '../tencent/schema/predictive.ts';
import { type PredictiveCampaign, takeId } from './account.ts';
import { type Availability, availabilityOf } from './available-time.ts';
import { type ActionContext, newTask, refuseStrangers } from './callout-actions.ts';
import { addTask, forgetTask, pauseTask, resumeTask, stopTask } from './engine.ts';
import { pageOf } from './page-of.ts';
import { Refusal } from './refusal.ts';
import { createRng } from './rng.ts';
import type { Task, World } from './world.ts';

/** The provider's numbers for how a campaign stands, unlike those of tasks. */
const STATUS = { ready: 0, inProgress: 1, paused: 2, terminated: 3, completed: 4 } as const;
const STATUS_OF_TASK: readonly number[] = [
  STATUS.ready,
  STATUS.inProgress,
  STATUS.completed,
  STATUS.terminated,
  STATUS.terminated,
  STATUS.paused,
];
const ENDED_MANUALLY = 1;
const ENDED_BY_TIME = 2;
const RANDOM_ORDER = 0;

export function createPredictiveDialingCampaign(
  context: ActionContext,
  request: CreatePredictiveDialingCampaignRequest,
) {
  const { world } = context;
  const hours = availabilityOf(request);
  const id = takeId(world.account);
  const task = playedBy(context, id, request, hours);
  world.account.predictive.push(campaignOf(id, task.id, request));
  return { CampaignId: id };
}

/** Possible before it starts only; its callees begin anew, in the hours that it was created with. */
export function updatePredictiveDialingCampaign(
  context: ActionContext,
  request: UpdatePredictiveDialingCampaignRequest,
) {
  const { account } = context.world;
  const found = campaignIn(context.world, request);
  if (statusOf(found.task) !== STATUS.ready) {
    throw new Refusal('UnsupportedOperation', 'The campaign has started.');
  }
  const task = playedBy(context, found.campaign.id, request, found.task.availability);
  forgetTask(found.task);
  account.predictive[account.predictive.indexOf(found.campaign)] = campaignOf(
    found.campaign.id,
    task.id,
    request,
  );
  return {};
}

export function describePredictiveDialingCampaigns(
  { world }: ActionContext,
  request: DescribePredictiveDialingCampaignsRequest,
) {
  const found = world.account.predictive.filter(
    (one) =>
      one.sdkAppId === request.SdkAppId &&
      (request.Name === undefined || one.name.includes(request.Name)) &&
      (request.SkillGroupId === undefined || one.skillGroupId === request.SkillGroupId) &&
      (request.CampaignId === undefined || one.id === request.CampaignId),
  );
  const { page, total } = pageOf(found, request);
  const CampaignList = page.map((campaign) => {
    const task = taskOf(world, campaign);
    return {
      CampaignId: campaign.id,
      Name: campaign.name,
      ...statusFields(campaign, task),
      CalleeCount: task.callees.length,
      FinishedCalleeCount: task.callees.length - task.open,
      Priority: campaign.priority,
      SkillGroupId: campaign.skillGroupId,
    };
  });
  return { TotalCount: total, CampaignList };
}

export function describePredictiveDialingCampaign(
  { world }: ActionContext,
  request: PredictiveCampaignRequest,
) {
  const { campaign, task } = campaignIn(world, request);
  return {
    CampaignId: campaign.id,
    Name: campaign.name,
    CallOrder: campaign.callOrder,
    SkillGroupId: campaign.skillGroupId,
    IVRId: campaign.ivrId,
    Priority: campaign.priority,
    ExpectedAbandonRate: campaign.expectedAbandonRate,
    RetryTimes: campaign.retryTimes,
    RetryInterval: campaign.retryInterval,
    StartTime: campaign.startTime,
    EndTime: campaign.endTime,
    Variables: campaign.variables,
    UUI: campaign.uui,
    ...statusFields(campaign, task),
  };
}

export function describePredictiveDialingSessions(
  { world }: ActionContext,
  request: DescribePredictiveDialingSessionsRequest,
) {
  const { task } = campaignIn(world, request);
  const { page, total } = pageOf(task.sessions.flat(), request);
  return { TotalCount: total, SessionList: page };
}

export function pausePredictiveDialingCampaign({ world }: ActionContext, request: PredictiveCampaignRequest) {
  return done(pauseTask(campaignIn(world, request).task));
}

export function resumePredictiveDialingCampaign(
  { world }: ActionContext,
  request: PredictiveCampaignRequest,
) {
  return done(resumeTask(world, campaignIn(world, request).task));
}

export function abortPredictiveDialingCampaign({ world }: ActionContext, request: PredictiveCampaignRequest) {
  const { campaign, task } = campaignIn(world, request);
  const stopped = done(stopTask(task));
  campaign.aborted = true;
  return stopped;
}

/** Refused while it calls. Its calls stay in the records. */
export function deletePredictiveDialingCampaign(
  { world }: ActionContext,
  request: PredictiveCampaignRequest,
) {
  const { campaign, task } = campaignIn(world, request);
  done(statusOf(task) !== STATUS.inProgress && task.callsInProgress === 0);
  forgetTask(task);
  world.account.predictive.splice(world.account.predictive.indexOf(campaign), 1);
  return {};
}

function done(possible: boolean): Record<string, never> {
  // Of these actions the reference lists no UnsupportedOperation.
  if (!possible) {
    throw new Refusal('InvalidParameterValue', 'The campaign is in no state in which this is possible.');
  }
  return {};
}

type Wanted = CreatePredictiveDialingCampaignRequest | UpdatePredictiveDialingCampaignRequest;

function playedBy(
  context: ActionContext,
  campaignId: number,
  request: Wanted,
  hours: Availability | undefined,
): Task {
  const { world, effects } = context;
  refuseStrangers(world, request.Callers);
  if (request.EndTime <= request.StartTime) {
    throw new Refusal('InvalidParameterValue', 'The parameter EndTime is not after StartTime.');
  }
  const id = world.taskIdNext;
  world.taskIdNext += 1;
  const keyed = request.Callees.map((callee) => ({
    callee,
    key: request.CallOrder === RANDOM_ORDER ? createRng(world.seed, campaignId, callee).next() : 0,
  }));
  const order = {
    SdkAppId: request.SdkAppId,
    NotBefore: request.StartTime,
    NotAfter: request.EndTime,
    Callees: keyed.sort((a, b) => a.key - b.key).map(({ callee }) => callee),
    Callers: request.Callers,
    IvrId: request.IVRId,
    Tries: (request.RetryTimes ?? 0) + 1,
    RetryInterval: request.RetryInterval,
    UUI: request.UUI,
    CalleeAttributes: request.CalleeAttributes,
  };
  const task = { ...newTask(world, id, order, effects), availability: hours, hidden: true };
  addTask(world, task);
  return task;
}

function campaignOf(id: number, taskId: number, request: Wanted): PredictiveCampaign {
  return {
    id,
    taskId,
    sdkAppId: request.SdkAppId,
    name: request.Name,
    callOrder: request.CallOrder,
    skillGroupId: request.SkillGroupId,
    ivrId: request.IVRId ?? 0,
    priority: request.Priority,
    expectedAbandonRate: request.ExpectedAbandonRate,
    retryTimes: request.RetryTimes ?? 0,
    retryInterval: request.RetryInterval,
    startTime: request.StartTime,
    endTime: request.EndTime,
    uui: request.UUI ?? '',
    variables: request.Variables ?? [],
    aborted: false,
  };
}

function campaignIn(
  world: World,
  request: { readonly SdkAppId: number; readonly CampaignId: number },
): { readonly campaign: PredictiveCampaign; readonly task: Task } {
  const campaign = world.account.predictive.find(
    (one) => one.id === request.CampaignId && one.sdkAppId === request.SdkAppId,
  );
  if (campaign === undefined) {
    throw new Refusal('InvalidParameterValue', 'The parameter CampaignId names no campaign.');
  }
  return { campaign, task: taskOf(world, campaign) };
}

function taskOf(world: World, campaign: PredictiveCampaign): Task {
  return present(world.tasks.get(campaign.taskId), 'the task that plays a campaign');
}

function statusOf(task: Task): number {
  return STATUS_OF_TASK[task.state] ?? STATUS.terminated;
}

function statusFields(campaign: PredictiveCampaign, task: Task) {
  const Status = statusOf(task);
  const overdue = Status === STATUS.terminated && !campaign.aborted;
  const StatusReason = campaign.aborted ? ENDED_MANUALLY : overdue ? ENDED_BY_TIME : 0;
  return { Status, StatusReason };
}
